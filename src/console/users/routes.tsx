import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const userRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'users',
    validateSearch: searchOf('role', 'status', 'sort', 'page'),
    component: lazyPage(() => import('./users-page'), 'UsersPage'),
  }),
] as const
