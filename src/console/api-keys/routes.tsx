import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const apiKeyRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'api-keys',
    validateSearch: searchOf('status', 'name', 'sort', 'page'),
    component: lazyPage(() => import('./api-keys-page'), 'ApiKeysPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'api-keys/$key',
    component: lazyPage(() => import('./api-key-page'), 'ApiKeyPage'),
  }),
] as const
