import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'

export const preferenceRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'preferences',
    component: lazyPage(() => import('./preferences-page'), 'PreferencesPage'),
  }),
] as const
