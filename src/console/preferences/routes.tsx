import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

export const preferenceRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'preferences',
    component: lazyRouteComponent(() => import('./preferences-page'), 'PreferencesPage'),
  }),
] as const
