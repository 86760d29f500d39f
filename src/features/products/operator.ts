import type { Static } from '@sinclair/typebox'
import type { Feature, Product } from '../../../db/schema/catalog'
import type { Queryable, Tx } from '../../database/connection'
import { fieldRef, message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import type { NewProduct, ProductSettings } from './operator-model'
import { parseFeature, slugProblem } from './policy'
import { addProduct, changeProduct, requireProduct } from './service'
import { countHoldings, findProduct } from './store'

type Settings = Omit<Static<typeof ProductSettings>, 'product' | 'removed_features'>

/** Creates a product. Throws an `OperatorError` for an invalid setting; then nothing is created. */
export async function makeProduct(tx: Tx, { name, ...settings }: Static<typeof NewProduct>, now: Date) {
  const draft = { source: 'internal', description: '', status: 'active', requireNonExpired: 0 } as const
  const columns = await columnsOf(tx, settings)
  return addProduct(tx, { ...draft, name, ...columns, features: featuresOf(settings.features) }, now)
}

/** Changes a product's settings. Throws an `OperatorError` for an invalid setting; then nothing is changed. */
export async function setProduct(tx: Tx, given: Static<typeof ProductSettings>, now: Date): Promise<Product> {
  const { product: reference, removed_features: removed = [], ...settings } = given
  if (!removed.length && !Object.keys(settings).length) {
    throw new OperatorError(message`say what to change, for example ${fieldRef('slug', 'my-app')}`, 'invalid_input')
  }
  const product = await requireProduct(tx, reference)
  const columns = await columnsOf(tx, settings, product)
  const unknown = removed.find((key) => !product.features.some((feature) => feature.key === key))
  if (unknown !== undefined)
    throw new OperatorError(
      message`product ${product.id} has no feature "${unknown}": see ${remedy('product show', { product: product.id })}`,
    )
  const added = featuresOf(settings.features)
  const replaced = [...removed, ...added.map(({ key }) => key)]
  const features = [...product.features.filter(({ key }) => !replaced.includes(key)), ...added]
  return changeProduct(tx, product, { ...columns, features }, now)
}

/** What is deleted with a product, in words: `1,204 licence keys, 1 generator, no contracts and 3 releases`. */
export async function holdingsOf(db: Queryable, { id }: Product): Promise<string> {
  const { licenses, generators, contracts, releases } = await countHoldings(db, id)
  const [last, ...others] = [
    holding(releases, 'release'),
    holding(contracts, 'contract'),
    holding(generators, 'generator'),
    holding(licenses, 'licence key'),
  ]
  return `${others.reverse().join(', ')} and ${last}`
}

const holding = (count: number, noun: string) =>
  `${count ? count.toLocaleString('en-US') : 'no'} ${noun}${count === 1 ? '' : 's'}`

async function columnsOf(db: Queryable, settings: Settings, product?: Product) {
  const { name, description, source, status, require_non_expired, external_reference } = settings
  const { post_url, slug, changelog, offline_grace_days, low_stock } = settings
  if (post_url) requirePostUrl(post_url)
  if (slug) await requireSlug(db, slug, product)
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(source && { source }),
    ...(status && { status }),
    ...(require_non_expired !== undefined && { requireNonExpired: require_non_expired }),
    ...(external_reference !== undefined && { externalReference: external_reference }),
    ...(post_url !== undefined && { postUrl: post_url }),
    ...(slug !== undefined && { slug: slug || null }),
    ...(offline_grace_days !== undefined && { offlineGraceDays: offline_grace_days }),
    ...(low_stock !== undefined && { lowStock: low_stock }),
    ...(changelog && { changelogEnabled: Number(changelog === 'on') }),
  }
}

/** Parses features in short form; the last one with a key wins. */
function featuresOf(texts: string[] = []): Feature[] {
  const features = texts.map((text) => {
    const feature = parseFeature(text)
    if (feature) return feature
    const forms = 'export:boolean=true, seats:number=5, tier:string=pro'
    throw new OperatorError(
      `"${text}" is no feature: give a key, a type and a default, such as ${forms}`,
      'invalid_input',
    )
  })
  return [...new Map(features.map((feature) => [feature.key, feature])).values()]
}

function requirePostUrl(url: string) {
  const isUsable = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  if (!isUsable)
    throw new OperatorError(message`${fieldRef('post_url')} takes an http:// or https:// URL`, 'invalid_input')
}

async function requireSlug(db: Queryable, slug: string, product?: Product) {
  const problem = slugProblem(slug)
  if (problem) throw new OperatorError(message`${problem}: choose another with ${fieldRef('slug')}`, 'invalid_input')
  const holder = await findProduct(db, slug)
  if (holder && holder.id !== product?.id)
    throw new OperatorError(
      message`product ${holder.id} has the slug "${slug}" already: choose another with ${fieldRef('slug')}`,
    )
}
