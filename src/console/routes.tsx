import { createRoute, createRouter, redirect } from '@tanstack/react-router'
import { basePath } from './api/base-path'
import { apiKeyRoutes } from './api-keys/routes'
import { auditRoutes } from './audit/routes'
import { callRoutes } from './calls/routes'
import { commandRoutes } from './commands/routes'
import { invitationRoutes } from './invitation/routes'
import { jobRoutes } from './jobs/routes'
import { licenseRoute } from './license/routes'
import { preferenceRoutes } from './preferences/routes'
import { releaseRoutes } from './releases/routes'
import { root } from './root'
import { setupRoutes } from './setup/routes'
import { telemetryPageRoutes } from './telemetry/routes'
import { todayRoutes } from './today/routes'
import { userRoutes } from './users/routes'
import { webhookRoutes } from './webhooks/routes'

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/today' })
  },
})

/** Every page of the console. */
export const router = createRouter({
  routeTree: root.addChildren([
    start,
    ...commandRoutes,
    licenseRoute,
    ...auditRoutes,
    ...apiKeyRoutes,
    ...webhookRoutes,
    ...jobRoutes,
    ...releaseRoutes,
    ...todayRoutes,
    ...callRoutes,
    ...telemetryPageRoutes,
    ...setupRoutes,
    ...invitationRoutes,
    ...userRoutes,
    ...preferenceRoutes,
  ]),
  basepath: `${basePath}/console`,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
