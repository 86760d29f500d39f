import type { Operations } from '../../src/http/admin/client-types'
import type { AdminDoor, Operator, Showing } from './operator'

export type Route = keyof Operations

/** A client of the operator's API whose fields and answers have the types of the declarations. */
export function typedClient(operator: Operator, seen: (route: Route, answer: unknown) => void) {
  return async <Each extends Route>(
    route: Each,
    input: Operations[Each]['input'],
    showing?: Showing & { query?: Record<string, string> },
  ): Promise<Operations[Each]['answer']> => {
    const fields: Record<string, unknown> = { ...input }
    const path = route.replace(/:(\w+)/g, (_, name: string) => {
      const value = fields[name]
      delete fields[name]
      return encodeURIComponent(String(value))
    })
    const query = showing?.query ? `?${new URLSearchParams(showing.query)}` : ''
    const told = await operator.tell(`${path}${query}` as AdminDoor, fields, showing)
    if (told.status !== 200) throw new Error(`${route}: ${told.status} ${JSON.stringify(told.body)}`)
    seen(route, told.body)
    return told.body
  }
}
