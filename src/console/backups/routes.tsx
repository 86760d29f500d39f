import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

export const backupRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'backups',
    component: lazyRouteComponent(() => import('./backups-page'), 'BackupsPage'),
  }),
] as const
