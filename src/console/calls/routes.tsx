import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'
import { callSearch } from './search'

export const callsRoute = createRoute({
  getParentRoute: () => root,
  path: 'calls',
  validateSearch: callSearch,
  component: lazyRouteComponent(() => import('./calls-page'), 'CallsPage'),
})

export const callRoutes = [callsRoute] as const
