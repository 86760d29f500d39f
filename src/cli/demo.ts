import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createApiKey } from '../access/service'
import { portObstacle } from '../http/server'
import { OperatorError } from '../kernel/operator-error'
import { responseProblemOf } from '../signing/check'
import { listPublicKeys } from '../signing/service'
import { configOf, withSettings } from './installation-command'
import type { Io } from './io'
import { open, setupLink, untilStopped } from './serve'

interface Answer {
  response: { code: number | string; message: string; product_id?: number }
}

/** `latchkey demo` */
export const demoCommand = (program: Command, io: Io) =>
  withSettings(program.command('demo'), ['host', 'port'])
    .description('watch one licence key go from product to signed answer, over HTTP, in a fresh folder')
    .option('--once', 'stop after the story')
    .action(async (options) => {
      const folder = mkdtempSync(join(tmpdir(), 'latchkey-demo-'))
      const wanted = configOf(options, io)
      const isTaken = options.port === undefined && portObstacle(wanted.host, wanted.port) !== undefined
      const config = { ...wanted, data_dir: folder, log: 'off' as const, ...(isTaken && { port: 0 }) }

      io.out(`\nLatchkey, a licence-key server: the life of one licence key.\n\n`)
      io.out(`  Making a data folder, its database and an RSA-4096 signing key …\n`)
      const { installation, server } = await open(config, io)
      try {
        const draft = { name: 'demo', preset: 'all' as const, capabilities: [], allowedIps: [] }
        const { token } = await installation.db.write((tx) => createApiKey(tx, draft, installation.clock()))
        const [{ publicPem } = { publicPem: '' }] = await listPublicKeys(installation.db.read)
        await tell(io, server.url, token, publicPem)
        if (options.once) {
          io.out('\nEvery step held.\n')
          return
        }
        io.out(invitation(server.url, token, folder))
        const link = await setupLink(installation, server.url)
        if (link) io.out(`  Console      ${link}\n`)
        await untilStopped()
        io.out('\nStopped. The folder stays until you delete it.\n')
      } finally {
        await server.stop()
        await installation.close()
      }
    })

const licenseKey = 'DEMO-7Q4K-XW2M-9F6T'
const identifier = 'my-laptop'

/** Runs the demo. Throws an `OperatorError` if a step fails. */
async function tell(io: Io, url: string, apiKey: string, publicPem: string) {
  let number = 0
  async function step(sentence: string, path: string, fields: Record<string, unknown>, code: number) {
    const answer = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    })
    const text = await answer.text()
    const { response } = JSON.parse(text) as Answer
    io.out(`\n  ${++number}. ${sentence}\n     POST /api/v1/${path}\n     → ${response.code} ${response.message}\n`)
    if (response.code !== code) throw new OperatorError(`the demo expected ${code} here: please report this`)
    return { text, response }
  }

  const { response } = await step(
    'The vendor makes a product.',
    'create-product',
    {
      source: 'internal',
      name: 'My App',
      description: 'What I sell',
      require_non_expired: 0,
      status: 'active',
    },
    750,
  )
  const product_id = response.product_id
  await step(
    `The vendor puts the licence key ${licenseKey} in stock: 2 devices, 365 days.`,
    'create-license-keys',
    {
      product_id,
      license_keys: [licenseKey],
      activation_limit: 2,
      validity: 365,
      status: 'available',
    },
    900,
  )
  await step(
    'The shop sells it to Ada.',
    'assign-license-key',
    {
      license_key: licenseKey,
      owner_name: 'Ada',
      owner_email: 'ada@example.com',
    },
    800,
  )
  await step(
    `Ada's copy of the app activates it on "${identifier}".`,
    'activate',
    { license_key: licenseKey, identifier },
    300,
  )
  const verified = await step(
    'At every start the app asks whether the licence is good.',
    'verify',
    {
      license_key: licenseKey,
      identifier,
    },
    200,
  )
  const problem = responseProblemOf(verified.text, publicPem)
  io.out(
    `\n  6. The app checks the signature of that answer with the vendor's public key.\n     → ${problem ?? 'genuine'}\n`,
  )
  if (problem) throw new OperatorError(`the answer is not genuine: ${problem}`)
}

const invitation = (url: string, apiKey: string, folder: string) => `
It goes on serving on ${url}. Ask it yourself:

curl -sw '\\n' ${url}/api/v1/verify -H 'Authorization: Bearer ${apiKey}' -d license_key=${licenseKey} -d identifier=${identifier}

  API key      ${apiKey}
  Data folder  ${folder}
  Stop         Ctrl+C
`
