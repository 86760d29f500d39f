import type { TObject } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { type Outcome, say } from '../kernel/outcome'
import type { Fields } from './body'
import type { Field } from './model'

const checks = new WeakMap<TObject, TypeCheck<TObject>>()

/** 9400 (`malformed_request`) with the first invalid field; undefined if all are valid or a service validates them. */
export function problemIn(model: TObject, values: Fields): Outcome | undefined {
  if ('noValidate' in model) return undefined
  let check = checks.get(model)
  if (!check) {
    check = TypeCompiler.Compile(model)
    checks.set(model, check)
  }
  if (check.Check(values)) return undefined
  const field = check.Errors(values).First()?.path.split('/')[1] ?? ''
  const schema = (model.properties as Record<string, Field>)[field]
  return say('malformed_request', { detail: `The field "${field}" ${schema ? requirementOf(schema) : tooLong}.` })
}

const tooLong = 'has the wrong type or is too long'

/** What the field must be, in a few words if possible. */
function requirementOf({ kind, minimum, maximum, anyOf = [] }: Field): string {
  if (kind === 'integer') return `must be a whole number from ${minimum} to ${maximum}`
  if (kind === 'choice') return `must be one of ${anyOf.map((word: { const: string }) => word.const).join(', ')}`
  return tooLong
}
