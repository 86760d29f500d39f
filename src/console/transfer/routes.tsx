import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const transferRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'transfer',
    validateSearch: searchOf('import'),
    component: lazyRouteComponent(() => import('./transfer-page'), 'TransferPage'),
  }),
] as const
