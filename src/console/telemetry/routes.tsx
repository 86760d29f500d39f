import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'
import { telemetrySearch } from './search'

export const telemetryPageRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'telemetry',
    validateSearch: telemetrySearch,
    component: lazyRouteComponent(() => import('./telemetry-page'), 'TelemetryPage'),
  }),
] as const
