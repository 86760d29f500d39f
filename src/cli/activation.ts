import type { Command } from 'commander'
import { deactivateByOperator } from '../features/activations/service'
import { listActivations, type SeenActivation } from '../features/activations/store'
import { findLicense } from '../features/licenses/store'
import { Sorry } from '../kernel/sorry'
import { minute, table } from '../operations/lines'
import { inHouse, withSettings } from './house-command'
import { type Io, report } from './io'

/** `latchkey activation list | deactivate` */
export function activationCommand(program: Command, io: Io) {
  const activation = program.command('activation').description('the devices that hold a seat on a licence')

  withSettings(activation.command('list'), ['data_dir'])
    .description('every device that holds or held a seat on a licence')
    .argument('<license-key>', 'the licence key')
    .option('--json', 'print them as JSON')
    .action((licenseKey, options) =>
      inHouse(options, io, async ({ db }) => {
        if (!(await findLicense(db.read, licenseKey))) throw unknownLicense(licenseKey)
        const activations = await listActivations(db.read, licenseKey)
        const headings = ['IDENTIFIER', 'STATE', 'SINCE', 'UNTIL', 'LAST VERIFIED', 'ADDRESS']
        const none = 'No device has taken a seat on this licence.'
        report(io, options, { activations: activations.map(asJson) }, table(headings, activations.map(asRow), none))
      }),
    )

  withSettings(activation.command('deactivate'), ['data_dir'])
    .description('free the seat of a device, and tell it at its post_url, else at that of its product')
    .argument('<license-key>', 'the licence key')
    .argument('<identifier>', 'the device, exactly as it names itself')
    .option('--json', 'print what was freed as JSON')
    .action((license_key, identifier, options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const device = { license_key, identifier }
        const { answer } = await db.write((tx) => deactivateByOperator(tx, device, clock()))
        if (answer === 'invalid_license_key') throw unknownLicense(license_key)
        if (answer !== 'license_deactivated') {
          throw new Sorry(
            `"${identifier}" holds no seat on this licence: see "latchkey activation list ${license_key}"`,
          )
        }
        report(io, options, { ...device, status: 'inactive' }, [`The seat of "${identifier}" is free.`])
      }),
    )
}

const unknownLicense = (licenseKey: string) =>
  new Sorry(`there is no licence key "${licenseKey}": check its spelling, upper and lower case count`, 'missing')

const statusOf = ({ deactivatedAt }: SeenActivation) => (deactivatedAt ? 'inactive' : 'active')

const asJson = (activation: SeenActivation) => ({
  identifier: activation.identifier,
  status: statusOf(activation),
  post_url: activation.postUrl,
  ip: activation.ip,
  user_agent: activation.userAgent,
  activated_at: activation.activatedAt.toISOString(),
  deactivated_at: activation.deactivatedAt?.toISOString() ?? null,
  last_verified_at: activation.lastVerifiedAt?.toISOString() ?? null,
})

const asRow = (activation: SeenActivation) => [
  activation.identifier,
  statusOf(activation),
  minute(activation.activatedAt),
  activation.deactivatedAt ? minute(activation.deactivatedAt) : '–',
  activation.lastVerifiedAt ? minute(activation.lastVerifiedAt) : '–',
  activation.ip,
]
