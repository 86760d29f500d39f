import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

export const profileRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'profile',
    component: lazyRouteComponent(() => import('./profile-page'), 'ProfilePage'),
  }),
] as const
