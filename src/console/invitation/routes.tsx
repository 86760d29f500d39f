import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

export const invitationRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'invitation',
    component: lazyRouteComponent(() => import('./invitation-page'), 'InvitationPage'),
  }),
] as const
