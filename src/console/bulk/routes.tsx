import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const bulkRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'bulk',
    validateSearch: searchOf('page'),
    component: lazyRouteComponent(() => import('./runs-page'), 'RunsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'bulk/$run',
    component: lazyRouteComponent(() => import('./run-page'), 'RunPage'),
  }),
] as const
