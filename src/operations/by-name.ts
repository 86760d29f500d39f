import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { type Field, text } from '../intake/model'
import type { Computed, Declared, Operation, OperationContext } from './operation'

type Resolve = (db: Queryable, reference: string) => Promise<number>

/** An operation whose fields of these names are texts instead of numbers. */
type Named<Each, Name extends string> =
  Each extends Declared<infer Input, infer Output, infer Route, infer Proof>
    ? Declared<
        Computed<{ [Key in keyof Static<Input>]: Key extends Name ? string : Static<Input>[Key] }>,
        Output,
        Route,
        Proof
      >
    : never

/** Lets operations that take an id in one of these fields take a name instead. */
export const byName = <const Name extends string>(resolve: Resolve, ...fields: Name[]) =>
  function named<Each extends Operation>(declared: Each): Named<Each, Name> {
    const { run, loses, input } = declared as Operation
    const isNamed = (name: string) => (fields as string[]).includes(name)
    const properties = Object.entries(input.properties as Record<string, Field>)
    const own = properties.filter(([name]) => isNamed(name))
    if (!own.length) return declared as unknown as Named<Each, Name>
    const withIds = async (context: OperationContext, given: Record<string, unknown>) => {
      const ids: Record<string, unknown> = {}
      for (const [name] of own) {
        if (given[name] !== undefined) ids[name] = await resolve(context.db.read, String(given[name]))
      }
      return { ...given, ...ids }
    }
    const named: [string, TSchema][] = properties.map(([name, field]) => {
      if (!isNamed(name)) return [name, field]
      const description = `${field.description} Or its name, if unique.`
      const reference = text({ maxLength: 255, description })
      return [name, input.required?.includes(name) ? reference : Type.Optional(reference)]
    })
    const changed: Operation = {
      ...(declared as Operation),
      input: Type.Object(Object.fromEntries(named)),
      run: async (context, given) => run(context, await withIds(context, given)),
      ...(loses && { loses: async (given, context) => loses(await withIds(context, given), context) }),
    }
    return changed as unknown as Named<Each, Name>
  }
