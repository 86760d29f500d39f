import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const blocklistRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'blocklist',
    validateSearch: searchOf('kind', 'sort', 'page', 'ip', 'identifier', 'reason'),
    component: lazyRouteComponent(() => import('./blocklist-page'), 'BlocklistPage'),
  }),
] as const
