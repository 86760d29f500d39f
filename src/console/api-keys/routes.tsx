import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const apiKeyRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'api-keys',
    validateSearch: searchOf('status', 'name', 'sort', 'page'),
    component: lazyRouteComponent(() => import('./api-keys-page'), 'ApiKeysPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'api-keys/$key',
    component: lazyRouteComponent(() => import('./api-key-page'), 'ApiKeyPage'),
  }),
] as const
