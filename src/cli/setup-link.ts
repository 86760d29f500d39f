import type { Command } from 'commander'
import { makeSetupLink, serverUrl } from '../users/links'
import { inInstallation, withSettings } from './installation-command'
import { type Io, report } from './io'

/** `latchkey user setup-link`: for the console of an installation without users. Belongs to the group `user`. */
export function setupLinkCommand(program: Command, io: Io) {
  const user = program.commands.find((command) => command.name() === 'user')
  if (!user) return
  withSettings(user.command('setup-link'), ['data_dir'])
    .description('print a link with which the first owner sets up this installation in a browser, within 30 minutes')
    .option('--json', 'print link, path and expires_at as JSON')
    .action((options) =>
      inInstallation(options, io, async ({ db, config, clock }) => {
        const { path, expiresAt } = await db.write((tx) => makeSetupLink(tx, clock()))
        const link = `${serverUrl(config)}${path}`
        report(io, options, { link, path, expires_at: expiresAt.toISOString() }, [
          'Open this link in a browser within 30 minutes, while the server runs:',
          link,
        ])
      }),
    )
}
