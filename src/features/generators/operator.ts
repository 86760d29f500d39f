import type { Generator } from '../../../db/schema/catalog'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import { fieldRef, message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { keyLengthMax } from '../licenses/model'
import { requireProduct } from '../products/service'
import { drawKeys } from './draw'
import { type Format, patternOf } from './format'
import { capacity, collisionLikelihood, keyLength, type Pattern } from './pattern'
import { deleteGeneratorRow, findGenerator, insertGenerator, updateGeneratorRow } from './store'

/**
 * The minimum number of possible keys: with a million keys sold, one guess in a million hits; below that, guessing is
 * too easy.
 */
const capacityMin = 1_000_000_000_000n

/** The number of keys for which the collision likelihood is reported. */
export const keysExpected = 1_000_000

/** A new generator, as an operator describes it. */
export interface GeneratorDraft extends Format {
  /** Id, uuid, slug or name. */
  product: string
  activationLimit: number
  validity: number
}

/** The quality of a generator's keys. */
export interface Assessment {
  /** The number of possible keys. */
  capacity: bigint
  /** The likelihood that two of the first million keys collide when drawn, so that one is drawn again. */
  collisionLikelihood: number
  /** A sample key, drawn now and not stored. */
  example: string
}

/** Assesses a key format. Throws an `OperatorError` if the format is invalid or allows too few keys. */
export function assess(format: Format): Assessment {
  const pattern = requirePattern(format)
  const keys = capacity(pattern)
  const problem = guessingProblem(keys)
  if (problem) throw new OperatorError(message`${problem}: ${advice(format)}`, 'invalid_input')
  return {
    capacity: keys,
    collisionLikelihood: collisionLikelihood(keys, keysExpected),
    example: drawKeys(pattern, 1)[0]!,
  }
}

/** The pattern of a key format. Throws an `OperatorError` if the format is invalid; a small one is valid. */
export function requirePattern(format: Format): Pattern {
  requireTemplate(format)
  requireReadable(format)
  const { pattern, problem } = patternOf(format)
  if (!pattern) throw new OperatorError(problem, 'invalid_input')
  requireLength(pattern)
  return pattern
}

/** Saves a generator whose format was assessed. */
export async function createGenerator(tx: Tx, draft: GeneratorDraft, now: Date): Promise<Generator> {
  assess(draft)
  const { product: reference, ...columns } = draft
  const product = await requireProduct(tx, reference)
  const row = { ...columns, productId: product.id, status: 1, createdAt: now, updatedAt: now }
  const generator = await insertGenerator(tx, row)
  await record(tx, { verb: 'generator.created', id: generator.id, after: generator }, now)
  return generator
}

/** Switches a generator on or off; the keys it has drawn stay. */
export async function switchGenerator(tx: Tx, id: number, status: 0 | 1, now: Date): Promise<Generator> {
  await requireGenerator(tx, id)
  const generator = await updateGeneratorRow(tx, id, { status, updatedAt: now })
  await record(tx, { verb: status ? 'generator.enabled' : 'generator.disabled', id }, now)
  return generator
}

/** Changes the format of a generator's future keys; its method and product stay (CONTRACT §3). */
export async function editGenerator(tx: Tx, id: number, changes: GeneratorChanges, now: Date) {
  if (!Object.keys(changes).length)
    throw new OperatorError(message`say what to change, for example ${fieldRef('validity', '365')}`, 'invalid_input')
  const before = await requireGenerator(tx, id)
  if (before.method !== 'custom' && changes.functionName)
    throw new OperatorError(
      `generator ${id} is of method ${before.method}: only custom ones follow a template`,
      'invalid_input',
    )
  const appraisal = assess({ ...before, ...changes })
  const after = await updateGeneratorRow(tx, id, { ...changes, updatedAt: now })
  await record(tx, { verb: 'generator.updated', id, before, after }, now)
  return { generator: after, appraisal }
}

export type GeneratorChanges = Partial<Omit<GeneratorDraft, 'product' | 'method'>>

/** Deletes a generator; the keys it has drawn stay. */
export async function removeGenerator(tx: Tx, id: number, now: Date): Promise<Generator> {
  const generator = await requireGenerator(tx, id)
  await deleteGeneratorRow(tx, id)
  await record(tx, { verb: 'generator.deleted', id, before: generator }, now)
  return generator
}

/** Sample keys of a generator; none is stored or reserved. */
export async function previewKeys(db: Queryable, id: number, count: number): Promise<string[]> {
  const generator = await requireGenerator(db, id)
  const { pattern, problem } = patternOf(generator)
  if (!pattern) throw new OperatorError(`generator ${id} cannot be used: ${problem}`)
  return drawKeys(pattern, count)
}

/** The generator with that id. Throws an `OperatorError` if there is none. */
export async function requireGenerator(db: Queryable, id: number): Promise<Generator> {
  const generator = await findGenerator(db, id)
  if (generator) return generator
  throw new OperatorError(message`there is no generator ${id}: see ${remedy('generator list')}`, 'not_found')
}

function requireTemplate({ method, functionName }: Format) {
  if (method === 'custom' && !functionName) {
    throw new OperatorError(
      message`a custom generator needs a template: ${fieldRef('function_name', '{A:5}-{9:4}-{X:6}')}`,
      'invalid_input',
    )
  }
  if (method !== 'custom' && functionName)
    throw new OperatorError(
      message`a template is for custom generators: add ${fieldRef('method', 'custom')}`,
      'invalid_input',
    )
}

function requireReadable({ prefix, suffix, functionName, charset }: Format) {
  const parts = { prefix, suffix, template: functionName, charset }
  for (const [name, text] of Object.entries(parts)) {
    if (!/^[\x21-\x7e]*$/.test(text)) {
      throw new OperatorError(
        `the ${name} may hold only printable ASCII characters and no spaces: they survive e-mail and URLs`,
        'invalid_input',
      )
    }
  }
  const repeated = [...charset].find((character, i) => charset.indexOf(character) !== i)
  if (repeated)
    throw new OperatorError(
      `the charset has "${repeated}" twice, which would favour it: give each character once`,
      'invalid_input',
    )
  if (charset.length < 2)
    throw new OperatorError('the charset is too small: give it at least two characters', 'invalid_input')
}

function requireLength(pattern: Pattern) {
  const length = keyLength(pattern)
  if (length > keyLengthMax) {
    throw new OperatorError(
      `its keys would have ${length} characters, but ${keyLengthMax} is the most: ask for fewer or shorter ones`,
      'invalid_input',
    )
  }
}

/** Why keys of a format could be guessed; undefined if there are enough of them. */
export const guessingProblem = (keys: bigint) =>
  keys < capacityMin
    ? `this generator could make ${grouped(keys)} different keys, but needs at least ${grouped(capacityMin)}`
    : undefined

function advice({ method, charset }: Format) {
  if (method === 'custom') return 'raise the lengths in the template, or add placeholders such as {X:8}'
  const drawn = Math.ceil(Math.log(Number(capacityMin)) / Math.log(charset.length))
  return message`raise ${fieldRef('number_of_chunks')} or ${fieldRef('chunk_length')} until a key has ${drawn} drawn characters, or give ${fieldRef('charset')} more of them`
}

/** Formats a number with thousands separators: 1,000,000. */
export const grouped = (number: bigint) => number.toString().replace(/\B(?=(\d{3})+$)/g, ',')
