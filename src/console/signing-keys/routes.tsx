import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

export const signingKeyRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'signing-keys',
    component: lazyRouteComponent(() => import('./signing-keys-page'), 'SigningKeysPage'),
  }),
] as const
