import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const productRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'products',
    validateSearch: searchOf('name', 'status', 'source', 'sort', 'page'),
    component: lazyPage(() => import('./products-page'), 'ProductsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'products/$product',
    component: lazyPage(() => import('./product-page'), 'ProductPage'),
  }),
] as const
