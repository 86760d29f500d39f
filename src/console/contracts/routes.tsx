import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const contractRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'contracts',
    validateSearch: searchOf('product', 'status', 'sort', 'page'),
    component: lazyRouteComponent(() => import('./contracts-page'), 'ContractsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'contracts/$contract',
    validateSearch: searchOf('status', 'page'),
    component: lazyRouteComponent(() => import('./contract-page'), 'ContractPage'),
  }),
] as const
