import { createPublicKey } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { requireProduct } from '../features/products/service'
import { PublicKeyView, publicKeyView } from '../features/public-keys/view'
import { choice, text } from '../intake/model'
import { counted } from '../kernel/counted'
import { parseDuration } from '../kernel/durations'
import { counter, nullable, view } from '../kernel/view'
import { pemOf } from '../signing/key-id'
import { type KeySize, keySizes, readPrivateKey } from '../signing/key-pair'
import {
  generateKey,
  type KeyOwner,
  listPublicKeys,
  publicHalves,
  putKey,
  retireKey,
  rotateKey,
} from '../signing/service'
import { lossOfFirstKey, lossOfPutting, lossOfReplacing, recentUses } from './key-loss'
import { minuteUtc } from './lines'
import { operation, type Subject } from './operation'
import { overlapField } from './overlap'

const usualBits = 4096

const product = Type.Optional(
  text({
    nullable: true,
    description: 'The product, for its own key pair instead of the global one: its id, uuid, slug or name.',
  }),
)
const sizes = keySizes.map(String)
const bits = Type.Optional(choice(sizes, { description: `The size of the new RSA key; default ${usualBits}.` }))

const UsedKeyView = view('UsedPublicKey', {
  ...PublicKeyView.properties,
  uses: Type.Object(
    { named: counter('For clients that named the key.'), unnamed: counter('For clients that named none.') },
    { description: 'How many answers it has signed in the last seven days.' },
  ),
})

const KeyPairView = view('KeyPair', { ...PublicKeyView.properties, companion: nullable(PublicKeyView) })

function keyPairView(row: Parameters<typeof publicHalves>[0], now: Date): Static<typeof KeyPairView> {
  const { own, companion } = publicHalves(row)
  return { ...publicKeyView(own, now), companion: companion && publicKeyView(companion, now) }
}

const show = operation({
  command: 'key show',
  route: 'GET /signing-keys',
  role: 'viewer',
  summary: 'show all public keys: current, coming and retired, and their ES256 companions',
  input: Type.Object({}),
  output: Type.Object({ keys: Type.Array(UsedKeyView) }),
  async run({ db, now }) {
    const usesOf = await recentUses(db.read, now)
    const keys = await listPublicKeys(db.read)
    return { keys: keys.map((key) => ({ ...publicKeyView(key, now), uses: usesOf(key) })) }
  },
  show: ({ keys }) => keys.flatMap((key) => [...linesOf(key), ...stillNeeded(key)]),
})

const generate = operation({
  command: 'key generate',
  route: 'POST /signing-keys',
  role: 'owner',
  proof: 'session',
  summary: 'create a key pair for a product; answers about it are signed with it from now on',
  input: Type.Object({ product, bits }),
  output: KeyPairView,
  loses: async ({ product }, context) => lossOfFirstKey(context, await ownerOf(context.db.read, product)),
  run: async (context, { product, bits }) =>
    keyPairView(await generateKey(context, await ownerOf(context.db.read, product), sizeOf(bits)), context.now),
  show: activationLines,
})

const importKey = operation({
  command: 'key import',
  route: 'POST /signing-keys/import',
  bare: ['private_key'],
  role: 'owner',
  proof: 'session',
  summary: 'sign with an existing RSA private key (PEM), so that clients that know it need no change',
  input: Type.Object({
    private_key: text({ file: true, description: 'The private key, PKCS#1 or PKCS#8.' }),
    product,
    passphrase: Type.Optional(text({ file: true, description: 'The passphrase of an encrypted key.' })),
  }),
  output: KeyPairView,
  async loses({ private_key, product, passphrase }, context) {
    const owner = await ownerOf(context.db.read, product)
    const publicPem = pemOf(createPublicKey(readPrivateKey(private_key, passphrase)))
    return lossOfPutting(context, owner, { publicPem })
  },
  async run(context, { private_key, product, passphrase }) {
    const privateKey = readPrivateKey(private_key, passphrase)
    return keyPairView(await putKey(context, await ownerOf(context.db.read, product), privateKey), context.now)
  },
  show: activationLines,
})

const rotate = operation({
  command: 'key rotate',
  route: 'POST /signing-keys/rotate',
  role: 'owner',
  proof: 'session',
  summary: 'replace the signing key, after an overlap or at once; the old public key stays listed',
  input: Type.Object({
    product,
    bits,
    overlap: overlapField({
      what: 'How long the old key keeps signing',
      usual: '30d, while software in the field changes over',
      ending: 'to end it at once',
      daysMax: 366,
    }),
  }),
  output: KeyPairView,
  loses: async ({ product, overlap }, context) =>
    lossOfReplacing(context, await ownerOf(context.db.read, product), { overlapMs: parseDuration(overlap)! }),
  async run(context, { product, bits, overlap }) {
    const rotation = { bits: sizeOf(bits), overlapMs: parseDuration(overlap)! }
    return keyPairView(await rotateKey(context, await ownerOf(context.db.read, product), rotation), context.now)
  },
  show: activationLines,
})

const retire = operation({
  command: 'key retire',
  route: 'POST /signing-keys/:key_id/retire',
  role: 'owner',
  proof: 'session',
  summary: 'retire a signing key before its overlap ends, after a leak for example; its successor signs',
  input: Type.Object({ key_id: text({ description: 'The id, from "key show".' }) }),
  output: KeyPairView,
  loses: ({ key_id }) => `Clients that know only key ${key_id} will refuse every answer from now on.`,
  run: async ({ db, now }, { key_id }) => keyPairView(await db.write((tx) => retireKey(tx, key_id, now)), now),
  show: ({ key_id }) => [`Key ${key_id} and its companion sign no more.`],
})

export const signingKeys = {
  name: 'key',
  about: 'key pairs that sign answers: the global one, and those of products',
  operations: [show, generate, importKey, rotate, retire],
} as const satisfies Subject

const ownerOf = async (db: Queryable, product: string | undefined): Promise<KeyOwner> =>
  product === undefined ? null : (await requireProduct(db, product)).id

const sizeOf = (bits: string | undefined) => Number(bits ?? usualBits) as KeySize

type Described = Static<typeof PublicKeyView>

function activationLines(key: Static<typeof KeyPairView>) {
  const which = key.product_id === null ? 'Answers' : `Answers about product ${key.product_id}`
  const from = key.state === 'coming' ? minuteUtc(key.active_from!) : 'now'
  return [
    `${which} are signed with this key from ${from} on.`,
    ...linesOf(key),
    ...(key.companion ? linesOf(key.companion) : []),
  ]
}

const linesOf = (key: Described) => [
  `Key ${key.key_id} (${kindOf(key)}, ${key.product_id === null ? 'global' : `product ${key.product_id}`}), made ${minuteUtc(
    key.created_at,
  )}, ${stateOf(key)}`,
  key.public_key.trim(),
]

const kindOf = ({ algorithm, bits, certified_by }: Described) =>
  algorithm === 'ES256' ? `ES256, companion of ${certified_by}` : `RSA-${bits}`

function stateOf({ state, active_from, retired_at }: Described) {
  if (state === 'retired') return `retired ${minuteUtc(retired_at!)}`
  if (state === 'outgoing') return `in use until ${minuteUtc(retired_at!)}`
  return state === 'coming' ? `next: signs for clients that name it, for all from ${minuteUtc(active_from!)}` : 'in use'
}

const stillNeeded = ({ state, uses: { named, unnamed } }: Static<typeof UsedKeyView>) =>
  state === 'outgoing'
    ? [
        `In seven days it signed ${counted(named, 'answer')} for clients that named it, and ${unnamed} for clients that named none.`,
      ]
    : []
