import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const jobRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'jobs',
    validateSearch: searchOf('state', 'kind', 'page'),
    component: lazyPage(() => import('./jobs-page'), 'JobsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'jobs/$job',
    component: lazyPage(() => import('./job-page'), 'JobPage'),
  }),
] as const
