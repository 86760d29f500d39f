import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const generatorRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'generators',
    validateSearch: searchOf('product', 'state', 'page'),
    component: lazyRouteComponent(() => import('./generators-page'), 'GeneratorsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'generators/new',
    validateSearch: searchOf('product'),
    component: lazyRouteComponent(() => import('./new-generator-page'), 'NewGeneratorPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'generators/$generator',
    component: lazyRouteComponent(() => import('./generator-page'), 'GeneratorPage'),
  }),
] as const
