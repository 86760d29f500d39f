import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'

export const commandRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'commands',
    component: lazyPage(() => import('./commands-page'), 'CommandsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'commands/$command',
    component: lazyPage(() => import('./command-page'), 'CommandPage'),
  }),
] as const
