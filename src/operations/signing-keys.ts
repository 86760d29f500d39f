import { Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { requireProduct } from '../features/products/service'
import { choice, text } from '../intake/model'
import { type KeySize, keySizes, readPrivateKey } from '../signing/key-pair'
import { generateKey, type KeyOwner, putKey, rotateKey } from '../signing/service'
import { listPublicKeys, type PublicKey } from '../signing/store'
import { operation, type Subject } from './operation'

const usualBits = 4096

const product = Type.Optional(
  text({
    nullable: true,
    description: "A product's own key pair instead of the global one: its id, uuid or slug.",
  }),
)
const sizes = keySizes.map(String)
const bits = Type.Optional(choice(sizes, { description: `Size of the new RSA key; ${usualBits} when it is absent.` }))

const show = operation({
  command: 'key show',
  route: 'GET /signing-keys',
  role: 'viewer',
  summary: 'every public key: those in use and those before them',
  input: Type.Object({}),
  run: async ({ db }) => ({ keys: (await listPublicKeys(db.read)).map(described) }),
  show: ({ keys }) => keys.flatMap(linesOf),
})

const generate = operation({
  command: 'key generate',
  route: 'POST /signing-keys',
  role: 'owner',
  summary: 'give a product a key pair of its own; answers about it are signed with it from now on',
  input: Type.Object({ product, bits }),
  run: async (desk, { product, bits }) =>
    described(await generateKey(desk, await ownerOf(desk.db.read, product), sizeOf(bits))),
  show: news,
})

const importKey = operation({
  command: 'key import',
  route: 'POST /signing-keys/import',
  bare: ['private_key'],
  role: 'owner',
  summary: 'sign with an existing RSA private key (PEM), so that clients that know it go on unchanged',
  input: Type.Object({
    private_key: text({ file: true, description: 'The private key, PKCS#1 or PKCS#8.' }),
    product,
    passphrase: Type.Optional(text({ file: true, description: 'The passphrase of an encrypted key.' })),
  }),
  async run(desk, { private_key, product, passphrase }) {
    const privateKey = readPrivateKey(private_key, passphrase)
    return described(await putKey(desk, await ownerOf(desk.db.read, product), privateKey))
  },
  show: news,
})

const rotate = operation({
  command: 'key rotate',
  route: 'POST /signing-keys/rotate',
  role: 'owner',
  summary: 'sign with a fresh key from now on; the public key before it stays visible in "key show"',
  input: Type.Object({ product, bits }),
  run: async (desk, { product, bits }) =>
    described(await rotateKey(desk, await ownerOf(desk.db.read, product), { bits: sizeOf(bits), overlapMs: 0 })),
  show: news,
})

export const signingKeys: Subject = {
  name: 'key',
  about: "the key pairs that sign every answer: the global one, and products' own",
  operations: [show, generate, importKey, rotate],
}

const ownerOf = async (db: Queryable, product: string | undefined): Promise<KeyOwner> =>
  product === undefined ? null : (await requireProduct(db, product)).id

const sizeOf = (bits: string | undefined) => Number(bits ?? usualBits) as KeySize

type Described = ReturnType<typeof described>

const described = ({ id, bits, publicPem, createdAt, retiredAt, productId }: PublicKey) => ({
  key_id: id,
  product_id: productId,
  bits,
  public_key: publicPem,
  created_at: createdAt.toISOString(),
  retired_at: retiredAt?.toISOString() ?? null,
})

function news(key: Described) {
  const which = key.product_id === null ? 'Answers' : `Answers about product ${key.product_id}`
  return [`${which} are signed with this key from now on.`, ...linesOf(key)]
}

const linesOf = ({ key_id, product_id, bits, public_key, created_at, retired_at }: Described) => [
  `Key ${key_id} (RSA-${bits}, ${product_id === null ? 'global' : `product ${product_id}`}), made ${created_at}, ${
    retired_at ? `retired ${retired_at}` : 'in use'
  }`,
  public_key.trim(),
]
