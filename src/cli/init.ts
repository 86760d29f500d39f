import { type Command, Option } from 'commander'
import { openHouse } from '../house'
import { type KeySize, keySizes } from '../signing/key-pair'
import { listPublicKeys } from '../signing/store'
import { configOf, withSettings } from './house-command'
import { type Io, report } from './io'

/** `latchkey init` */
export const initCommand = (program: Command, io: Io) =>
  withSettings(program.command('init'), ['data_dir'])
    .description('make the data folder: database, sealing key, global signing key; what exists is left alone')
    .addOption(new Option('--bits <n>', 'size of a new RSA key').choices(keySizes.map(String)).default('4096'))
    .option('--json', 'print data_dir, key_id and public_key as JSON')
    .action(async (options) => {
      const house = await openHouse({ config: configOf(options, io), keySize: Number(options.bits) as KeySize })
      const [key] = await listPublicKeys(house.db.read)
      const { folder, made } = house
      await house.close()
      report(io, options, { data_dir: folder, key_id: key!.id, public_key: key!.publicPem }, [
        ...(made.length
          ? made.map((thing) => `Made ${thing}.`)
          : [`${folder} is complete already; nothing was changed.`]),
        `Answers are signed with the global key ${key!.id} (RSA-${key!.bits}):`,
        key!.publicPem.trim(),
        'Next: latchkey api-key create --name "my app" --preset all',
        '      latchkey serve',
      ])
    })
