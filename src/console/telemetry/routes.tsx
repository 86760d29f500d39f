import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'
import { telemetrySearch } from './search'

export const telemetryPageRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'telemetry',
    validateSearch: telemetrySearch,
    component: lazyPage(() => import('./telemetry-page'), 'TelemetryPage'),
  }),
] as const
