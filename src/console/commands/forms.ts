import { useQuery } from '@tanstack/react-query'
import { type Answer, call } from '../api/client'

export type FormDescription = Answer<'GET /operations'>['operations'][number]
export type FormField = FormDescription['fields'][number]
export type Values = Readonly<Record<string, unknown>>

/** The operations of the server with their fields; read once. */
export const useOperationForms = () =>
  useQuery({
    queryKey: ['GET /operations'],
    queryFn: async () => (await call('GET /operations', {})).operations,
    staleTime: 'static',
  })

/** The form of an operation, by its command. */
export const useOperationForm = (command: string) => {
  const { data, ...query } = useOperationForms()
  return { ...query, data: data && { form: data.find((each) => each.command === command) } }
}

/** The values of a submitted form; empty ones are left out, unless there was one: then it is to be cleared. */
export function valuesIn(
  form: HTMLFormElement,
  fields: readonly FormField[],
  initial: Values = {},
): Record<string, unknown> {
  const data = new FormData(form)
  const entries = fields.flatMap(({ name, kind, choices }): [string, unknown][] => {
    if (kind === 'list' && choices.length) {
      const chosen = data.getAll(name).map(String)
      return chosen.length ? [[name, chosen]] : []
    }
    const given = data.get(name)
    if (kind === 'toggle') return given === null ? [] : [[name, true]]
    if (typeof given !== 'string') return []
    if (given.trim() === '') return kind === 'text' && initial[name] ? [[name, '']] : []
    return [[name, kind === 'list' ? itemsOf(given) : given]]
  })
  return Object.fromEntries(entries)
}

/** Those that differ from what there was. */
export const changedValues = (values: Values, before: Values): Values =>
  Object.fromEntries(
    Object.entries(values).filter(([name, value]) => !(name in before) || !isSame(value, before[name])),
  )

/** Whether a value of a form says what there was: a form knows texts and lists of texts. */
const isSame = (entered: unknown, before: unknown) => inText(entered) === inText(before)

const inText = (value: unknown) =>
  (Array.isArray(value) ? [...value].sort().join('\n') : String(value ?? '')).replaceAll('\r\n', '\n').trim()

const itemsOf = (text: string) =>
  text
    .split(/[\n,]/)
    .map((each) => each.trim())
    .filter(Boolean)
