import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call, respond } from '../api/client'
import type { FormDescription, Values } from './forms'

interface Run {
  values: Values
  file?: File | undefined
}

/** Runs any operation. Everything shown is read again afterwards, unless it was a dry run. */
export function useOperation({ route }: Pick<FormDescription, 'route'>) {
  const client = useQueryClient()
  return useMutation<unknown, Error, Run>({
    mutationFn: async ({ values, file }) => (await respond(route, { ...values }, { file })).json(),
    onSuccess: (_, { values }) => (values.dry_run ? undefined : client.invalidateQueries()),
  })
}

/** What an operation would lose, in the server's words; empty if nothing. */
export const lossOf = async ({ command, is_final: isFinal }: FormDescription, values: Values): Promise<string> =>
  isFinal ? (await call('POST /operations/preview', { operation: command, input: JSON.stringify(values) })).loses : ''
