import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'
import { callSearch } from './search'

export const callRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'calls',
    validateSearch: callSearch,
    component: lazyPage(() => import('./calls-page'), 'CallsPage'),
  }),
] as const
