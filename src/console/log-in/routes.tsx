import { createRoute, redirect } from '@tanstack/react-router'
import { root } from '../root'
import { returnedQuery } from './sso'
import { SsoBack } from './sso-back'

/** `/console/login`, where an OpenID provider sends people back to; whoever is logged in goes on from there. */
export const logInRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'login',
    beforeLoad: () => {
      if (returnedQuery() === undefined) throw redirect({ to: '/' })
    },
    component: SsoBack,
  }),
] as const
