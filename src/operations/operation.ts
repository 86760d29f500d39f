import type { Kind, Static, TObject, TProperties, TSchema, TUnion } from '@sinclair/typebox'
import type { User } from '../../db/schema/access'
import type { Deps } from '../deps'
import type { Upload } from '../features/downloads/files'
import type { CsvTable } from './csv'
import type { Line } from './lines'
import type { ProductNames } from './product-names'

/**
 * The least role: a viewer reads, support helps customers without seeing their keys and addresses, an operator does the
 * daily work, an owner decides about keys and people.
 */
export type Role = User['role']

/** The context of an operation: the installation, and its database in the name of the caller. */
export interface OperationContext extends Deps {
  readonly now: Date
  /** The caller over HTTP; absent on the command line, where access to the data folder permits everything. */
  readonly user?: Pick<User, 'id' | 'name' | 'role'> | undefined
  /** The id of the session or token that the caller came with. */
  readonly tokenId?: number | undefined
  /** Called with the progress of long work. */
  onProgress?: ((done: number, of: number) => void) | undefined
  /** The uploaded file, if the operation takes one. */
  readonly upload?: Upload | undefined
}

/** The method of a route and its path below `/admin/api`. */
export type AdminRouteName = `${'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} /${string}`

/** The schema of any object. */
interface ObjectSchema extends TSchema {
  [Kind]: 'Object'
  type: 'object'
  properties: TProperties
  required: string[] | undefined
}

/** The schema of an answer: an object, or one of several. */
export type AnswerSchema = ObjectSchema | TUnion<TObject[]>

/**
 * Something an operator can do, declared once and available as a command and as a route under `/admin/api`. Both take
 * the same fields, return the same value and write the same rows to the audit log.
 */
export interface Operation<Input extends ObjectSchema = TObject, Output extends AnswerSchema = AnswerSchema> {
  /** Its command words: `product set`, `product meta set`. */
  readonly command: string
  /** Its route. The parameters in its path are fields, and positional arguments on the command line, in order. */
  readonly route: AdminRouteName
  /** Further fields that are positional arguments, after those of the path. */
  readonly bare?: readonly string[]
  readonly role: Role
  /**
   * Set if it gives access that outlives the session: over HTTP, callers with a session (or all callers, for `always`)
   * must have proven lately who they are, or give their password again.
   */
  readonly proof?: 'session' | 'always'
  /** Set if it shows the support role in full what other answers mask. */
  readonly reveals?: true
  /** Limits `proof` to some inputs. */
  needsProof?(input: Static<Input>): boolean
  /** Set if, over HTTP, only the user named in its path may do it. */
  readonly isOwn?: true
  /** Set if those may do it, too, who have to set up a second factor before anything else. */
  readonly isSetup?: true
  readonly summary: string
  readonly input: Input
  /** The schema of its value: types `run` and `show`, appears in the API description, and types clients. */
  readonly output: Output
  /** Returns its value as JSON. Throws an `OperatorError` if it cannot. */
  run(context: OperationContext, input: Static<Input>): Promise<Static<Output>>
  /** The value as text for people. */
  show(value: Static<Output>, productNames?: ProductNames): Line[]
  /** The products that the value has by id, whose names `show` gets. */
  productIds?(value: Static<Output>): number[]
  /** The value for a spreadsheet: `--csv` on the command line, `Accept: text/csv` over HTTP. */
  csv?(value: Static<Output>): CsvTable
  /** All it has for a spreadsheet, in pieces, where one value is only a page of it. Takes the place of `csv`. */
  csvPages?(input: Static<Input>, context: OperationContext): AsyncIterable<CsvTable>
  /**
   * A sentence about what cannot be undone: a terminal asks first, a script needs `--yes`. No confirmation if it is
   * empty.
   */
  loses?(input: Static<Input>, context: OperationContext): string | Promise<string>
  /** Set if it takes a file: `--file` on the command line; over HTTP the body, with the fields in the query. */
  readonly takesFile?: true
  /** Whether the value reports a failure; the command then exits with 1. */
  isFailure?(value: Static<Output>): boolean
  /** Text at the end of the command's help. */
  readonly help?: string
}

/** Operations on one kind of thing: a group of commands, possibly within another: `product meta`. */
export interface Subject {
  readonly name: string
  readonly about: string
  readonly operations: readonly Operation[]
}

/** The schema of an object whose fields only the type checker computes. */
export type Computed<Value> = ObjectSchema & { static: Value }

/** An operation whose route is known to the type checker, so that clients can be typed by it. */
export type Declared<
  Input extends ObjectSchema,
  Output extends AnswerSchema,
  Route extends AdminRouteName,
  Proof extends Operation['proof'] = undefined,
> = Operation<Input, Output> & { readonly route: Route; readonly proof?: Proof }

const byCommand = new Map<string, Operation>()

/** Declares an operation and types `run`, `show` and `loses` by its input and output. */
export function operation<
  Input extends ObjectSchema,
  Output extends AnswerSchema,
  const Route extends AdminRouteName,
  const Proof extends Operation['proof'] = undefined,
>(declared: Declared<Input, Output, Route, Proof>) {
  byCommand.set(declared.command, declared as unknown as Operation)
  return declared
}

/** The operation of that command, once its subject is loaded. */
export const declaredOperation = (command: string): Operation | undefined => byCommand.get(command)

/** The names of a route's parameters, in order. */
export const parametersOf = ({ route }: Pick<Operation, 'route'>) =>
  [...route.matchAll(/:(\w+)/g)].map(([, name]) => name!)

/** The fields that are positional arguments on the command line, in order. */
export const positionalsOf = (operation: Pick<Operation, 'route' | 'bare'>) => [
  ...parametersOf(operation),
  ...(operation.bare ?? []),
]
