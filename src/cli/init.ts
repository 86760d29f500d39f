import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { presets } from '../access/capabilities'
import { hasDataFolder } from '../database/data-folder'
import { type Installation, openInstallation } from '../installation'
import { atShell } from '../kernel/author'
import { type KeySize, keySizes } from '../signing/key-pair'
import { listPublicKeys } from '../signing/service'
import type { Choices } from './first-choices'
import { type First, makeFirst, nextSteps } from './first-steps'
import { configOf, withSettings } from './installation-command'
import { type Io, report } from './io'

/** `latchkey init` */
export const initCommand = (program: Command, io: Io) =>
  withSettings(program.command('init'), ['data_dir'])
    .description('create the data folder: database, sealing key, global signing key; existing files stay as they are')
    .addOption(new Option('--bits <n>', 'size of the new RSA key').choices(keySizes.map(String)).default('4096'))
    .option('--product <name>', 'create a first product with that name')
    .addOption(new Option('--api-key <preset>', 'create a first API key').choices(Object.keys(presets)))
    .option('--yes', 'do not prompt; without a terminal it never prompts')
    .option('--json', 'print data_dir, key_id and public_key as JSON; product_id, product_slug and api_key if created')
    .action(async (options) => {
      const config = configOf(options, io)
      const isNew = !hasDataFolder(resolve(config.data_dir))
      const isAsked = io.confirm && isNew && !options.yes && !options.json
      const choices: Choices = isAsked
        ? await ask(config.data_dir)
        : { ...options, bits: Number(options.bits) as KeySize }
      const author = { actor: atShell(io.login) }
      const installation = await openInstallation({ config, keySize: choices.bits, author, makesFolder: true })
      try {
        const first = await makeFirst(installation, choices)
        await tell(io, options, { installation, first, choices })
      } finally {
        await installation.close()
      }
    })

/** Loaded only if questions are asked. */
async function ask(folder: string) {
  const { askChoices } = await import('./first-choices')
  return askChoices(resolve(folder))
}

interface Made {
  installation: Installation
  first: First
  choices: Choices
}

const madeProduct = ({ product_id, product_slug }: First, { product }: Choices) =>
  `Made product ${product_id}, "${product}"${product_slug ? `, with the slug ${product_slug}` : ', without a slug'}.`

async function tell(io: Io, options: { json?: boolean; dataDir?: string }, { installation, first, choices }: Made) {
  const [key] = await listPublicKeys(installation.db.read)
  const { folder, made } = installation
  const where = options.dataDir === undefined ? '' : ` --data-dir ${options.dataDir}`
  const isUnchanged = !made.length && !first.product_id && !first.api_key
  report(io, options, { data_dir: folder, key_id: key!.id, public_key: key!.publicPem, ...first }, [
    ...made.map((thing) => `Made ${thing}.`),
    ...(first.product_id ? [madeProduct(first, choices)] : []),
    ...(isUnchanged ? [`${folder} is complete already; nothing was changed.`] : []),
    `Answers are signed with the global key ${key!.id} (RSA-${key!.bits}):`,
    key!.publicPem.trim(),
    ...nextSteps(first, choices, where),
  ])
}
