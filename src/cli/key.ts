import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { Sorry } from '../kernel/sorry'
import { type KeySize, keySizes, readPrivateKey } from '../signing/key-pair'
import { putGlobalKey, rotateGlobalKey } from '../signing/service'
import { listPublicKeys, type PublicKey } from '../signing/store'
import { inHouse, withSettings } from './house-command'
import { type Io, report } from './io'

export const keySizeOption = () =>
  new Option('--bits <n>', 'size of a new RSA key').choices(keySizes.map(String)).default(4096).argParser(parseBits)

/** `latchkey key show | import | rotate` */
export function keyCommand(program: Command, io: Io) {
  const key = program.command('key').description('the key pair that signs every answer')

  withSettings(key.command('show'), ['data_dir'])
    .description('the public keys: the current one and those before it')
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db }) => {
        const keys = await listPublicKeys(db.read)
        report(io, options, { keys: keys.map(asJson) }, keys.flatMap(asLines))
      }),
    )

  withSettings(key.command('import'), ['data_dir'])
    .description('sign with an existing RSA private key (PEM), so that clients that know it go on unchanged')
    .argument('<file>', 'the private key, PKCS#1 or PKCS#8')
    .option('--passphrase-file <file>', 'file that holds the passphrase of an encrypted key')
    .option('--json', 'print the public key as JSON')
    .action((file, options) =>
      inHouse(options, io, async (house) => {
        const passphrase = options.passphraseFile && readText(options.passphraseFile).replace(/\r?\n$/, '')
        const row = await putGlobalKey(house, readPrivateKey(readText(file), passphrase))
        report(io, options, asJson(row), ['Answers are signed with this key from now on.', ...asLines(row)])
      }),
    )

  withSettings(key.command('rotate'), ['data_dir'])
    .description('sign with a fresh key from now on; the public key before it stays visible in "key show"')
    .addOption(keySizeOption())
    .option('--json', 'print the new public key as JSON')
    .action((options) =>
      inHouse(options, io, async (house) => {
        const row = await rotateGlobalKey(house, options.bits)
        report(io, options, asJson(row), ['Answers are signed with this key from now on.', ...asLines(row)])
      }),
    )
}

function parseBits(text: string): KeySize {
  const bits = keySizes.find((size) => String(size) === text)
  if (!bits) throw new Sorry(`--bits is "${text}", but it takes one of ${keySizes.join(', ')}`, 2)
  return bits
}

/** A text file an operator named. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new Sorry(`cannot read ${path}: check the name and its permissions`)
  }
}

const asJson = ({ id, bits, publicPem, createdAt, retiredAt, productId }: PublicKey) => ({
  key_id: id,
  product_id: productId,
  bits,
  public_key: publicPem,
  created_at: createdAt.toISOString(),
  retired_at: retiredAt?.toISOString() ?? null,
})

const asLines = ({ id, bits, publicPem, createdAt, retiredAt }: PublicKey) => [
  retiredAt
    ? `Key ${id} (RSA-${bits}), made ${createdAt.toISOString()}, retired ${retiredAt.toISOString()}`
    : `Key ${id} (RSA-${bits}), made ${createdAt.toISOString()}, in use`,
  publicPem.trim(),
]
