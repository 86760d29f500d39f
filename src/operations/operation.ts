import type { Kind, Static, TObject, TProperties, TSchema, TUnion } from '@sinclair/typebox'
import type { User } from '../../db/schema/access'
import type { Deps } from '../deps'
import type { Upload } from '../features/downloads/files'
import type { CsvTable } from './csv'
import type { Line } from './lines'

/** What somebody is at least: a viewer looks, an operator does the daily work, an owner decides over keys and people. */
export type Role = User['role']

/** What an operation leans on: the installation, its database in the name of whoever asks. */
export interface OperationContext extends Deps {
  readonly now: Date
  /** Who asks over HTTP; absent on the command line, where whoever holds the data folder may do everything. */
  readonly user?: Pick<User, 'id' | 'name' | 'role'> | undefined
  /** Told how far long work has come. */
  onProgress?: ((done: number, of: number) => void) | undefined
  /** The file that came with it, where the operation takes one. */
  readonly upload?: Upload | undefined
}

/** The method of a route and its path below `/admin/api`. */
export type AdminRouteName = `${'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} /${string}`

/** The schema of an object, whatever its fields are. */
interface ObjectSchema extends TSchema {
  [Kind]: 'Object'
  type: 'object'
  properties: TProperties
  required: string[] | undefined
}

/** The schema of an answer: an object, or one of several. */
export type AnswerSchema = ObjectSchema | TUnion<TObject[]>

/**
 * Something an operator can do, declared once. It stands behind two doors: as a command, and as a route under
 * `/admin/api`. Both take the same fields, give the same value and leave the same rows in the audit log.
 */
export interface Operation<Input extends ObjectSchema = TObject, Output extends AnswerSchema = AnswerSchema> {
  /** Its words on the command line: `product set`, `product meta set`. */
  readonly command: string
  /** Its route; the parameters in its path are fields, and stand bare on the command line, in their order. */
  readonly route: AdminRouteName
  /** Fields that stand bare on the command line too, behind those of its path. */
  readonly bare?: readonly string[]
  readonly role: Role
  /**
   * It gives access that outlives the session it is done in: over HTTP whoever shows a session, or whoever it is, gives
   * their password again.
   */
  readonly proof?: 'session' | 'always'
  readonly summary: string
  readonly input: Input
  /** The schema of its value, which types `run` and `show`, is shown in the description of the API, and types clients. */
  readonly output: Output
  /** Gives its value as JSON; what stands in the way is an `OperatorError`. */
  run(context: OperationContext, input: Static<Input>): Promise<Static<Output>>
  /** How a person reads that value. */
  show(value: Static<Output>): Line[]
  /** How a spreadsheet reads it: `--csv` on the command line, `Accept: text/csv` over HTTP. */
  csv?(value: Static<Output>): CsvTable
  /**
   * What cannot be undone is named here, in a sentence: a terminal asks first, a script says `--yes`. Nothing is asked
   * where the sentence is empty.
   */
  loses?(input: Static<Input>, context: OperationContext): string | Promise<string>
  /** It takes a file: `--file` on the command line, the body of the request over HTTP, its fields in the query then. */
  readonly takesFile?: true
  /** Whether its value is bad news: the command ends with 1 then. */
  isFailure?(value: Static<Output>): boolean
  /** Stands at the end of the command's help. */
  readonly help?: string
}

/** Operations on one kind of thing: a group of commands, which may stand in another: `product meta`. */
export interface Subject {
  readonly name: string
  readonly about: string
  readonly operations: readonly Operation[]
}

/** The schema of an object whose fields only the type checker works out. */
export type Computed<Value> = ObjectSchema & { static: Value }

/** An operation whose route is known to the type checker, so that a client can be typed by it. */
export type Declared<
  Input extends ObjectSchema,
  Output extends AnswerSchema,
  Route extends AdminRouteName,
  Proof extends Operation['proof'] = undefined,
> = Operation<Input, Output> & { readonly route: Route; readonly proof?: Proof }

const byCommand = new Map<string, Operation>()

/** Declares an operation: the types of its input and output reach `run`, `show` and `loses`. */
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

/** The names of a route's parameters, in their order. */
export const parametersOf = ({ route }: Pick<Operation, 'route'>) =>
  [...route.matchAll(/:(\w+)/g)].map(([, name]) => name!)

/** The fields that stand without a flag on the command line, in their order. */
export const positionalsOf = (operation: Pick<Operation, 'route' | 'bare'>) => [
  ...parametersOf(operation),
  ...(operation.bare ?? []),
]
