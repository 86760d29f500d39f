import type { TObject } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { type Outcome, say } from '../kernel/outcome'
import type { Fields } from './body'

const checks = new WeakMap<TObject, TypeCheck<TObject>>()

/** 9400 with the first field that is not what its model asks for; undefined when all are, or a service judges them. */
export function flawIn(model: TObject, values: Fields): Outcome | undefined {
  if ('noValidate' in model) return undefined
  let check = checks.get(model)
  if (!check) {
    check = TypeCompiler.Compile(model)
    checks.set(model, check)
  }
  if (check.Check(values)) return undefined
  const field = check.Errors(values).First()?.path.split('/')[1] ?? ''
  return say('malformed_request', { detail: `The field "${field}" has the wrong type or is too long.` })
}
