import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const contractRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'contracts',
    validateSearch: searchOf('product', 'status', 'sort', 'page'),
    component: lazyPage(() => import('./contracts-page'), 'ContractsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'contracts/$contract',
    validateSearch: searchOf('status', 'page'),
    component: lazyPage(() => import('./contract-page'), 'ContractPage'),
  }),
] as const
