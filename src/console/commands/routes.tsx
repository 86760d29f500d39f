import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

export const commandRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'commands',
    component: lazyRouteComponent(() => import('./commands-page'), 'CommandsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'commands/$command',
    component: lazyRouteComponent(() => import('./command-page'), 'CommandPage'),
  }),
] as const
