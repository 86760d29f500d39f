import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const userRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'users',
    validateSearch: searchOf('role', 'status', 'sort', 'page'),
    component: lazyRouteComponent(() => import('./users-page'), 'UsersPage'),
  }),
] as const
