import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

export const setupRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'setup',
    component: lazyRouteComponent(() => import('./setup-page'), 'SetupPage'),
  }),
] as const
