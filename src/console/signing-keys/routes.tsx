import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'

export const signingKeyRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'signing-keys',
    component: lazyPage(() => import('./signing-keys-page'), 'SigningKeysPage'),
  }),
] as const
