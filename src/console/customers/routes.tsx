import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const customerRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'customers',
    validateSearch: searchOf('text', 'sort', 'page'),
    component: lazyPage(() => import('./customers-page'), 'CustomersPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'customers/$license',
    component: lazyPage(() => import('./customer-page'), 'CustomerPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'customers-without-address',
    validateSearch: searchOf('name', 'sort', 'page'),
    component: lazyPage(() => import('./unaddressed-page'), 'UnaddressedPage'),
  }),
] as const
