import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

export const todayRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'today',
    component: lazyRouteComponent(() => import('./today-page'), 'TodayPage'),
  }),
] as const
