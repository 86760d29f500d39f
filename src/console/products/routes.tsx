import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const productRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'products',
    validateSearch: searchOf('name', 'status', 'source', 'sort', 'page'),
    component: lazyRouteComponent(() => import('./products-page'), 'ProductsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'products/$product',
    component: lazyRouteComponent(() => import('./product-page'), 'ProductPage'),
  }),
] as const
