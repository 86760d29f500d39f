import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'
import { callSearch } from './search'

export const callRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'calls',
    validateSearch: callSearch,
    component: lazyRouteComponent(() => import('./calls-page'), 'CallsPage'),
  }),
] as const
