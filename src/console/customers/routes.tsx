import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const customerRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'customers',
    validateSearch: searchOf('text', 'sort', 'page'),
    component: lazyRouteComponent(() => import('./customers-page'), 'CustomersPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'customers/$license',
    component: lazyRouteComponent(() => import('./customer-page'), 'CustomerPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'customers-without-address',
    validateSearch: searchOf('name', 'sort', 'page'),
    component: lazyRouteComponent(() => import('./unaddressed-page'), 'UnaddressedPage'),
  }),
] as const
