import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const blocklistRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'blocklist',
    validateSearch: searchOf('kind', 'sort', 'page', 'ip', 'identifier', 'reason'),
    component: lazyPage(() => import('./blocklist-page'), 'BlocklistPage'),
  }),
] as const
