import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'

export const todayRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'today',
    component: lazyPage(() => import('./today-page'), 'TodayPage'),
  }),
] as const
