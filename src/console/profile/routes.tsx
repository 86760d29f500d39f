import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'

export const profileRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'profile',
    component: lazyPage(() => import('./profile-page'), 'ProfilePage'),
  }),
] as const
