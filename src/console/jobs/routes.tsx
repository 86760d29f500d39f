import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const jobRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'jobs',
    validateSearch: searchOf('state', 'kind', 'page'),
    component: lazyRouteComponent(() => import('./jobs-page'), 'JobsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'jobs/$job',
    component: lazyRouteComponent(() => import('./job-page'), 'JobPage'),
  }),
] as const
