import { type Static, type TLiteral, Type } from '@sinclair/typebox'
import { type Field, jsonText, text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { view, word } from '../../kernel/view'
import { declaredOperation, type Operation, positionalsOf } from '../../operations/operation'
import { optionFlag } from '../../operations/option-names'
import { subjects } from '../../operations/subjects'
import { done, invalid } from './answers'
import { requireRole } from './caller'
import { validateFields } from './fields'
import { asUser, whoIn } from './identity'
import { operationContextOf } from './operation-context'
import { type AdminRoute, adminRoute } from './route'

/** A field of a form. */
const FormFieldView = view('FormField', {
  name: Type.String(),
  kind: word(['text', 'json', 'integer', 'flag', 'toggle', 'choice', 'moment', 'list']),
  is_required: Type.Boolean(),
  is_secret: Type.Boolean({ description: 'Its input is not shown.' }),
  description: Type.String(),
  choices: Type.Array(Type.String(), { description: 'The words to choose from; empty if it takes others.' }),
  suggested: Type.Array(Type.String()),
  minimum: Type.Optional(Type.Integer()),
  maximum: Type.Optional(Type.Integer()),
  max_length: Type.Optional(Type.Integer()),
  flag: Type.Union([Type.String(), Type.Null()], {
    description: 'Its option on the command line; null for a positional argument.',
  }),
})

/** An operation, described so that a form can be made of it. */
const OperationFormView = view('OperationForm', {
  command: Type.String(),
  subject: Type.String(),
  route: Type.String(),
  role: Type.String({ description: 'The least role that may use it.' }),
  summary: Type.String(),
  takes_file: Type.Boolean(),
  gives_csv: Type.Boolean({ description: 'Accept: text/csv gives its answer as CSV.' }),
  is_final: Type.Boolean({ description: 'It may lose what cannot be restored: preview it first.' }),
  needs_proof: Type.Boolean({ description: 'It may need a fresh proof, or the password again.' }),
  fields: Type.Array(FormFieldView),
})

const ask = adminRoute({
  route: 'GET /operations',
  role: 'viewer',
  isSetup: true,
  summary: 'list all operations with their fields, to make forms of them',
  input: Type.Object({}),
  output: Type.Object({ operations: Type.Array(OperationFormView) }),
  answer: async () =>
    done({ operations: subjects.flatMap(({ name, operations }) => operations.map((each) => formOf(name, each))) }),
})

const preview = adminRoute({
  route: 'POST /operations/preview',
  role: 'viewer',
  summary: 'say what an operation would lose, and change nothing',
  input: Type.Object({
    operation: text({ description: 'The operation, by its command, such as "license delete".' }),
    input: jsonText({ description: 'The fields that the operation would get, as a JSON object.' }),
  }),
  output: view('OperationPreview', {
    loses: Type.String({ description: 'What cannot be undone; empty if everything can.' }),
  }),
  async answer(deps, adminRequest, { operation: command, input }) {
    const operation = declaredOperation(command)
    if (!operation)
      throw new OperatorError(`there is no operation "${command}": GET /admin/api/operations lists them`, 'not_found')
    requireRole(whoIn(adminRequest), operation.role)
    const asCaller = { ...deps, db: asUser(deps.db, adminRequest) }
    const { errors, values } = validateFields(operation.input, objectIn(input))
    if (errors) return invalid(errors)
    return done({ loses: (await operation.loses?.(values, operationContextOf(asCaller, adminRequest))) ?? '' })
  },
})

function objectIn(json: string): Record<string, unknown> {
  try {
    const value = JSON.parse(json)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Refused as any other text that is no object.
  }
  throw new OperatorError('input is not a JSON object', 'invalid_input')
}

function formOf(subject: string, operation: Operation): Static<typeof OperationFormView> {
  const { command, route, role, summary, input, takesFile, csv, loses, proof } = operation
  const bare = positionalsOf(operation)
  return {
    ...{ command, subject, route, role, summary },
    takes_file: takesFile ?? false,
    gives_csv: csv !== undefined,
    is_final: loses !== undefined,
    needs_proof: proof !== undefined,
    fields: Object.entries(input.properties as Record<string, Field>).map(([name, field]) => ({
      name,
      kind: field.kind,
      is_required: input.required?.includes(name) ?? false,
      is_secret: field.file === true || field.asked !== undefined || field.header !== undefined,
      description: field.description ?? '',
      choices:
        field.kind === 'choice' ? field.anyOf.map((each: TLiteral) => String(each.const)) : [...(field.words ?? [])],
      suggested: [...(field.suggested ?? field.examples ?? [])],
      ...(field.kind === 'integer' && { minimum: field.minimum, maximum: field.maximum }),
      ...(field.maxLength !== undefined && { max_length: field.maxLength }),
      flag: bare.includes(name) ? null : optionFlag(name, field),
    })),
  }
}

/** What the console needs to make a form of any operation. */
export const formRoutes = [ask, preview] as const satisfies readonly AdminRoute[]
