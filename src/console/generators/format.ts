import type { Answer, Input } from '../api/client'

export type Generator = Answer<'GET /generators'>['generators'][number]

/** The fields of a generator's form, as texts. */
export interface Format {
  method: Generator['method']
  function_name: string
  number_of_chunks: string
  chunk_length: string
  charset: string
  prefix: string
  suffix: string
  activation_limit: string
  validity: string
}

export const usualFormat: Format = {
  method: 'chunk-system',
  function_name: '',
  number_of_chunks: '4',
  chunk_length: '5',
  charset: '23456789ABCDEFGHJKLMNPQRSTUVWXYZ',
  prefix: '',
  suffix: '',
  activation_limit: '1',
  validity: '0',
}

export const formatOf = (generator: Generator): Format => ({
  method: generator.method,
  function_name: generator.function_name,
  number_of_chunks: String(generator.number_of_chunks),
  chunk_length: String(generator.chunk_length),
  charset: generator.charset,
  prefix: generator.prefix,
  suffix: generator.suffix,
  activation_limit: String(generator.activation_limit),
  validity: String(generator.validity),
})

type Trial = Input<'GET /generators/trial'>

/** What decides how keys look: the fields that the method uses. */
export function shapeOf(format: Format): Omit<Trial, 'count'> {
  const { method, function_name, number_of_chunks, chunk_length, charset, prefix, suffix } = format
  const numbers = { number_of_chunks: Number(number_of_chunks), chunk_length: Number(chunk_length) }
  return {
    method,
    prefix,
    suffix,
    ...(method === 'custom' && { function_name }),
    ...(method === 'chunk-system' && numbers),
    ...(method !== 'uuid' && { charset }),
  }
}

/** The form of a generator's keys, in short. */
export function shortOf({ method, prefix, suffix, function_name, number_of_chunks, chunk_length }: Generator) {
  if (method === 'uuid') return `${prefix}UUID${suffix}`
  if (method === 'custom') return `${prefix}${function_name}${suffix}`
  return `${prefix}${Array.from({ length: number_of_chunks }, () => 'X'.repeat(chunk_length)).join('-')}${suffix}`
}
