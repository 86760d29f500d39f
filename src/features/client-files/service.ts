import type { Product } from '../../../db/schema/catalog'
import { createApiKey } from '../../access/service'
import { type Language, languages } from '../../clients/languages'
import { printClient, printProgram, usualGraceDays } from '../../clients/print'
import { serverAddress } from '../../clients/server-address'
import type { Queryable } from '../../database/connection'
import type { Db } from '../../database/database'
import { fieldRef, message, remedy } from '../../kernel/message'
import { nearest } from '../../kernel/nearest'
import { OperatorError } from '../../kernel/operator-error'
import { listPublicKeys } from '../../signing/service'
import { listProducts, requireProduct, resolveProduct } from '../products/service'

/** What to print. */
export interface ClientRequest {
  language: Language
  product: Product
  /** The address at which programs reach the server. */
  server: string
  /** Empty if the program hands it in. */
  apiKey: string
  /** The public keys to trust; by default all that sign. */
  keyIds?: readonly string[] | undefined
}

/** The licence check for a product in a language, and the lines that use it. */
export async function printClientFile(db: Queryable, request: ClientRequest, now: Date) {
  const { language, product, server, apiKey, keyIds } = request
  const source = await printClient(language, {
    server: serverAddress(server),
    ...{ product: product.uuid, productName: product.name, apiKey },
    graceDays: Math.min(usualGraceDays, product.offlineGraceDays),
    publicKeys: await trustedKeys(db, product.id, keyIds, now),
  })
  return {
    language: language.name,
    file_name: language.fileName,
    source,
    program_name: language.programName,
    program: await printProgram(language, product.uuid),
  }
}

/**
 * Prints the licence check with a new API key of the preset `client` in it, and names the key. A file that cannot be
 * printed gets no key: it throws what `printClientFile` throws.
 */
export async function printClientFileWithNewKey(db: Pick<Db, 'read' | 'write'>, request: ClientRequest, now: Date) {
  await printClientFile(db.read, request, now)
  const name = `${request.product.name}, printed client`
  const draft = { name, preset: 'client', capabilities: [], allowedIps: [] } as const
  const { key, token } = await db.write((tx) => createApiKey(tx, draft, now))
  return { ...(await printClientFile(db.read, { ...request, apiKey: token }, now)), api_key_name: key.name }
}

/** The languages, for lists. */
export const languageRows = languages.map(({ name, title, floor, fileName }) => ({
  language: name,
  title,
  runs_on: floor,
  file_name: fileName,
}))

export const languageNamed = (name: string) => languages.find((each) => each.name === name.toLowerCase())

/** The language of that name. Throws an `OperatorError` that suggests one if there is none. */
export function requireLanguage(name: string): Language {
  const language = languageNamed(name)
  if (language) return language
  const names = languages.map((each) => each.name)
  const meant = nearest(name, names)
  const help = meant ? `did you mean "${meant}"?` : `there is ${names.join(', ')}`
  throw new OperatorError(`there is no client in "${name}": ${help}`, 'invalid_input')
}

/** The product that was named, or the only one there is. */
export async function chosenProduct(db: Queryable, reference: string | undefined): Promise<Product> {
  if (reference !== undefined) return requireProduct(db, reference)
  const [first, second] = await listProducts(db)
  if (first && !second) return first
  throw new OperatorError(
    first
      ? message`there are several products: name one with ${fieldRef('product')}`
      : message`there is no product yet: make one with ${remedy('product create')}`,
    'invalid_input',
  )
}

/** The product of a public file, if it is active: by slug or uuid alone, since ids can be counted through. */
export async function findShownProduct(db: Queryable, reference: string): Promise<Product | undefined> {
  const product = await resolveProduct(db, reference)
  const isNamed = product && [product.slug, product.uuid].includes(reference)
  return isNamed && product.status === 'active' ? product : undefined
}

/** The public keys that may sign answers about a product, as PEM. */
async function trustedKeys(db: Queryable, productId: number, ids: readonly string[] | undefined, now: Date) {
  const keys = (await listPublicKeys(db)).filter((key) => key.productId === null || key.productId === productId)
  const unknown = ids?.find((id) => !keys.some((key) => key.id === id))
  if (unknown !== undefined) {
    throw new OperatorError(
      message`no key "${unknown}" signs for this product: see ${remedy('key show')}`,
      'invalid_input',
    )
  }
  const isWanted = ({ id, retiredAt }: (typeof keys)[number]) => ids?.includes(id) ?? !(retiredAt && retiredAt <= now)
  const wanted = keys.filter(isWanted)
  if (!wanted.length) {
    throw new OperatorError(
      message`nothing signs answers about this product: make a key with ${remedy('key generate')}`,
      'invalid_input',
    )
  }
  return wanted.map(({ publicPem }) => publicPem)
}
