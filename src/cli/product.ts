import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Feature, Product } from '../../db/schema/catalog'
import { parseFeature } from '../features/products/policy'
import { presentProduct, requireProduct, setProduct } from '../features/products/service'
import { listProducts } from '../features/products/store'
import { Sorry } from '../kernel/sorry'
import { facts, table } from '../operations/lines'
import { listPublicKeys } from '../signing/store'
import { collect } from './arguments'
import { inHouse, withSettings } from './house-command'
import { type Io, report } from './io'

/** `latchkey product list | show | set` */
export function productCommand(program: Command, io: Io) {
  const product = program.command('product').description('what is sold, and what of it no endpoint can set')

  withSettings(product.command('list'), ['data_dir'])
    .description('every product')
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db }) => {
        const products = await listProducts(db.read)
        const none = 'There is no product yet: POST /api/v1/create-product makes one.'
        const lines = table(['ID', 'NAME', 'SLUG', 'STATUS', 'SOURCE'], products.map(asRow), none)
        report(io, options, { products: products.map(asJson) }, lines)
      }),
    )

  withSettings(product.command('show'), ['data_dir'])
    .description('one product, with its metadata and the key its answers are signed with')
    .argument('<product>', 'its id, uuid or slug')
    .option('--json', 'print it as JSON')
    .action((reference, options) =>
      inHouse(options, io, async ({ db }) => {
        const found = await requireProduct(db.read, reference)
        const { meta_data } = await presentProduct(db.read, found)
        const keys = await listPublicKeys(db.read)
        const own = keys.find((key) => key.productId === found.id && !key.retiredAt)
        const value = { ...asJson(found), meta_data, key_id: own?.id ?? null }
        const key_id = value.key_id ?? 'the global one'
        report(io, options, value, facts({ ...value, features: found.features.map(written), key_id }))
      }),
    )

  withSettings(product.command('set'), ['data_dir'])
    .description('change settings of a product; what is not named stays as it is')
    .argument('<product>', 'its id, uuid or slug')
    .option('--post-url <url>', 'told when an operator frees a device that named no address; "" for nobody')
    .option('--slug <slug>', 'its public name: 3 to 50 lower-case letters, digits and hyphens; "" for none')
    .addOption(new Option('--changelog <switch>', 'whether its changelog is public').choices(['on', 'off']))
    .option('--feature <key:type=default>', 'export:boolean=true, seats:number=5; may be repeated', gatherFeature, [])
    .option('--remove-feature <key>', 'may be repeated', collect, [])
    .option('--json', 'print the product as JSON')
    .action((reference, options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const { postUrl, slug, changelog, feature, removeFeature } = options
        const settings = {
          postUrl,
          slug,
          isChangelogOn: changelog && changelog === 'on',
          features: feature,
          removedFeatures: removeFeature,
        }
        if (![...Object.values(settings).flat()].some((given) => given !== undefined)) {
          throw new Sorry('say what to change, for example --slug my-app', 'usage')
        }
        const changed = await db.write((tx) => setProduct(tx, reference, settings, clock()))
        report(io, options, asJson(changed), facts({ ...asJson(changed), features: changed.features.map(written) }))
      }),
    )
}

function gatherFeature(text: string, before: Feature[]): Feature[] {
  const feature = parseFeature(text)
  if (!feature) {
    throw new InvalidArgumentError(
      'It takes a key, a type and a default: export:boolean=true, seats:number=5, tier:string=pro.',
    )
  }
  return [...before.filter(({ key }) => key !== feature.key), feature]
}

const asJson = (product: Product) => ({
  id: product.id,
  uuid: product.uuid,
  slug: product.slug,
  name: product.name,
  description: product.description,
  source: product.source,
  external_reference: product.externalReference,
  status: product.status,
  require_non_expired: product.requireNonExpired,
  post_url: product.postUrl,
  changelog: product.changelogEnabled ? 'on' : 'off',
  features: product.features,
  created_at: product.createdAt.toISOString(),
  updated_at: product.updatedAt.toISOString(),
})

const asRow = ({ id, name, slug, status, source }: Product) => [String(id), name, slug ?? '', status, source]

/** A feature as the option that declares it. */
const written = ({ key, type, default: value }: Feature) => `${key}:${type}=${value}`
