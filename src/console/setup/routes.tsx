import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'

export const setupRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'setup',
    component: lazyPage(() => import('./setup-page'), 'SetupPage'),
  }),
] as const
