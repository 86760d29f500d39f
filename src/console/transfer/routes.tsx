import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const transferRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'transfer',
    validateSearch: searchOf('import'),
    component: lazyPage(() => import('./transfer-page'), 'TransferPage'),
  }),
] as const
