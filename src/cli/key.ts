import { type Command, Option } from 'commander'
import { requireProduct } from '../features/products/service'
import type { House } from '../house'
import { Sorry } from '../kernel/sorry'
import { type KeySize, keySizes, readPrivateKey } from '../signing/key-pair'
import { generateKey, type KeyOwner, putKey, rotateKey } from '../signing/service'
import { listPublicKeys, type PublicKey } from '../signing/store'
import { readText } from './arguments'
import { inHouse, withSettings } from './house-command'
import { type Io, report } from './io'

export const keySizeOption = () =>
  new Option('--bits <n>', 'size of a new RSA key').choices(keySizes.map(String)).default(4096).argParser(parseBits)

const productOption = () =>
  new Option('--product <product>', "a product's own key pair instead of the global one: its id, uuid or slug")

/** `latchkey key show | generate | import | rotate` */
export function keyCommand(program: Command, io: Io) {
  const key = program
    .command('key')
    .description("the key pairs that sign every answer: the global one, and products' own")

  withSettings(key.command('show'), ['data_dir'])
    .description('every public key: those in use and those before them')
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db }) => {
        const keys = await listPublicKeys(db.read)
        report(io, options, { keys: keys.map(asJson) }, keys.flatMap(asLines))
      }),
    )

  withSettings(key.command('generate'), ['data_dir'])
    .description('give a product a key pair of its own; answers about it are signed with it from now on')
    .addOption(productOption())
    .addOption(keySizeOption())
    .option('--json', 'print the new public key as JSON')
    .action((options) =>
      inHouse(options, io, async (house) => {
        const row = await generateKey(house, await ownerOf(house, options), options.bits)
        report(io, options, asJson(row), [newsOf(row), ...asLines(row)])
      }),
    )

  withSettings(key.command('import'), ['data_dir'])
    .description('sign with an existing RSA private key (PEM), so that clients that know it go on unchanged')
    .argument('<file>', 'the private key, PKCS#1 or PKCS#8')
    .addOption(productOption())
    .option('--passphrase-file <file>', 'file that holds the passphrase of an encrypted key')
    .option('--json', 'print the public key as JSON')
    .action((file, options) =>
      inHouse(options, io, async (house) => {
        const passphrase = options.passphraseFile && readText(options.passphraseFile).replace(/\r?\n$/, '')
        const privateKey = readPrivateKey(readText(file), passphrase)
        const row = await putKey(house, await ownerOf(house, options), privateKey)
        report(io, options, asJson(row), [newsOf(row), ...asLines(row)])
      }),
    )

  withSettings(key.command('rotate'), ['data_dir'])
    .description('sign with a fresh key from now on; the public key before it stays visible in "key show"')
    .addOption(productOption())
    .addOption(keySizeOption())
    .option('--json', 'print the new public key as JSON')
    .action((options) =>
      inHouse(options, io, async (house) => {
        const row = await rotateKey(house, await ownerOf(house, options), { bits: options.bits, overlapMs: 0 })
        report(io, options, asJson(row), [newsOf(row), ...asLines(row)])
      }),
    )
}

const ownerOf = async ({ db }: House, { product }: { product?: string }): Promise<KeyOwner> =>
  product === undefined ? null : (await requireProduct(db.read, product)).id

const newsOf = ({ productId }: PublicKey) =>
  productId === null
    ? 'Answers are signed with this key from now on.'
    : `Answers about product ${productId} are signed with this key from now on.`

function parseBits(text: string): KeySize {
  const bits = keySizes.find((size) => String(size) === text)
  if (!bits) throw new Sorry(`--bits is "${text}", but it takes one of ${keySizes.join(', ')}`, 'usage')
  return bits
}

const asJson = ({ id, bits, publicPem, createdAt, retiredAt, productId }: PublicKey) => ({
  key_id: id,
  product_id: productId,
  bits,
  public_key: publicPem,
  created_at: createdAt.toISOString(),
  retired_at: retiredAt?.toISOString() ?? null,
})

const asLines = ({ id, productId, bits, publicPem, createdAt, retiredAt }: PublicKey) => [
  `Key ${id} (RSA-${bits}, ${productId === null ? 'global' : `product ${productId}`}), made ${createdAt.toISOString()}, ${
    retiredAt ? `retired ${retiredAt.toISOString()}` : 'in use'
  }`,
  publicPem.trim(),
]
