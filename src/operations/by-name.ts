import { type TSchema, Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { type Field, text } from '../intake/model'
import type { Operation, OperationContext } from './operation'

type Resolve = (db: Queryable, reference: string) => Promise<number>

/** Lets operations that take the id of a thing, in one of these fields, take its name in place of the id. */
export const byName = (resolve: Resolve, ...fields: string[]) =>
  function named(declared: Operation): Operation {
    const { run, loses, input } = declared
    const properties = Object.entries(input.properties as Record<string, Field>)
    const own = properties.filter(([name]) => fields.includes(name))
    if (!own.length) return declared
    const withIds = async (context: OperationContext, given: Record<string, unknown>) => {
      const ids: Record<string, unknown> = {}
      for (const [name] of own) {
        if (given[name] !== undefined) ids[name] = await resolve(context.db.read, String(given[name]))
      }
      return { ...given, ...ids }
    }
    const named: [string, TSchema][] = properties.map(([name, field]) => {
      if (!fields.includes(name)) return [name, field]
      const description = `${field.description} Its name does too, where no other has it.`
      const reference = text({ maxLength: 255, description })
      return [name, input.required?.includes(name) ? reference : Type.Optional(reference)]
    })
    return {
      ...declared,
      input: Type.Object(Object.fromEntries(named)),
      run: async (context, given) => run(context, await withIds(context, given)),
      ...(loses && { loses: async (given, context) => loses(await withIds(context, given), context) }),
    }
  }
