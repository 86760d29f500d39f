import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const releaseRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'releases',
    validateSearch: searchOf('product', 'state', 'page'),
    component: lazyRouteComponent(() => import('./releases-page'), 'ReleasesPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'releases/new',
    validateSearch: searchOf('product'),
    component: lazyRouteComponent(() => import('./add-release-page'), 'AddReleasePage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'releases/$release',
    component: lazyRouteComponent(() => import('./release-page'), 'ReleasePage'),
  }),
] as const
