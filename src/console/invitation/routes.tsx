import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { root } from '../root'

export const invitationRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'invitation',
    component: lazyPage(() => import('./invitation-page'), 'InvitationPage'),
  }),
] as const
