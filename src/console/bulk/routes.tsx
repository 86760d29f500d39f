import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const bulkRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'bulk',
    validateSearch: searchOf('page'),
    component: lazyPage(() => import('./runs-page'), 'RunsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'bulk/$run',
    component: lazyPage(() => import('./run-page'), 'RunPage'),
  }),
] as const
