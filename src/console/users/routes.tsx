import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

export interface UserSearch {
  role?: string | undefined
  status?: string | undefined
  sort?: string | undefined
  after?: string | undefined
}

const textIn = (search: Record<string, unknown>, name: string) =>
  search[name] === undefined ? {} : { [name]: String(search[name]) }

export const userRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'users',
    validateSearch: (search: Record<string, unknown>): UserSearch => ({
      ...textIn(search, 'role'),
      ...textIn(search, 'status'),
      ...textIn(search, 'sort'),
      ...textIn(search, 'after'),
    }),
    component: lazyRouteComponent(() => import('./users-page'), 'UsersPage'),
  }),
] as const
