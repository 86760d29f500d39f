import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const releaseRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'releases',
    validateSearch: searchOf('product', 'state', 'page'),
    component: lazyPage(() => import('./releases-page'), 'ReleasesPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'releases/new',
    validateSearch: searchOf('product'),
    component: lazyPage(() => import('./add-release-page'), 'AddReleasePage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'releases/$release',
    component: lazyPage(() => import('./release-page'), 'ReleasePage'),
  }),
] as const
