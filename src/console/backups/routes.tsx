import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'

export const backupRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'backups',
    component: lazyPage(() => import('./backups-page'), 'BackupsPage'),
  }),
] as const
