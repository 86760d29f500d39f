import { createRoute, createRouter, redirect } from '@tanstack/react-router'
import { basePath } from './api/base-path'
import { auditRoutes } from './audit/routes'
import { commandRoutes } from './commands/routes'
import { licenseRoute } from './license/routes'
import { root } from './root'

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/commands' })
  },
})

/** Every page of the console. */
export const router = createRouter({
  routeTree: root.addChildren([start, ...commandRoutes, licenseRoute, ...auditRoutes]),
  basepath: `${basePath}/console`,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
