import { createRoute, createRouter, redirect } from '@tanstack/react-router'
import { basePath } from './api/base-path'
import { apiKeyRoutes } from './api-keys/routes'
import { auditRoutes } from './audit/routes'
import { backupRoutes } from './backups/routes'
import { blocklistRoutes } from './blocklist/routes'
import { bulkRoutes } from './bulk/routes'
import { callRoutes } from './calls/routes'
import { commandRoutes } from './commands/routes'
import { contractRoutes } from './contracts/routes'
import { customerRoutes } from './customers/routes'
import { generatorRoutes } from './generators/routes'
import { invitationRoutes } from './invitation/routes'
import { jobRoutes } from './jobs/routes'
import { licenseRoute } from './license/routes'
import { licenseListRoutes } from './licenses/routes'
import { logInRoutes } from './log-in/routes'
import { preferenceRoutes } from './preferences/routes'
import { productRoutes } from './products/routes'
import { profileRoutes } from './profile/routes'
import { releaseRoutes } from './releases/routes'
import { root } from './root'
import { settingRoutes } from './settings/routes'
import { setupRoutes } from './setup/routes'
import { signingKeyRoutes } from './signing-keys/routes'
import { telemetryPageRoutes } from './telemetry/routes'
import { todayRoutes } from './today/routes'
import { transferRoutes } from './transfer/routes'
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
    ...licenseListRoutes,
    ...bulkRoutes,
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
    ...backupRoutes,
    ...signingKeyRoutes,
    ...settingRoutes,
    ...transferRoutes,
    ...customerRoutes,
    ...blocklistRoutes,
    ...productRoutes,
    ...generatorRoutes,
    ...contractRoutes,
    ...logInRoutes,
    ...profileRoutes,
  ]),
  basepath: `${basePath}/console`,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
