import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const generatorRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'generators',
    validateSearch: searchOf('product', 'state', 'page'),
    component: lazyPage(() => import('./generators-page'), 'GeneratorsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'generators/new',
    validateSearch: searchOf('product'),
    component: lazyPage(() => import('./new-generator-page'), 'NewGeneratorPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'generators/$generator',
    component: lazyPage(() => import('./generator-page'), 'GeneratorPage'),
  }),
] as const
