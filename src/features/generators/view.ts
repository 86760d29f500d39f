import { type Static, Type } from '@sinclair/typebox'
import { type Generator, generators } from '../../../db/schema/catalog'
import { fieldsOf } from '../../kernel/fields'
import { isoSeconds } from '../../kernel/moments'
import { bit, nullable, timestamp, view, word } from '../../kernel/view'

/** A generator, as shown to clients and operators. */
export const GeneratorView = view('Generator', {
  id: Type.Integer(),
  product_id: Type.Integer(),
  method: word(generators.method.enumValues),
  prefix: Type.String(),
  suffix: Type.String(),
  function_name: Type.String({ description: 'The template of the method custom.' }),
  number_of_chunks: Type.Integer(),
  chunk_length: Type.Integer(),
  activation_limit: Type.Integer({ description: 'Seats of a new licence; 0 or less for any number.' }),
  validity: Type.Integer({ description: 'Days from the assignment; 0 for unlimited.' }),
  status: bit('1 while it makes keys.'),
  charset: Type.String(),
  created_at: timestamp(),
  updated_at: timestamp(),
})

/** A generator as in 820 (CONTRACT §1). */
/** The fields that clients, operators and exports see under the same names. */
export const generatorFields = [
  'id',
  'product_id',
  'method',
  'prefix',
  'suffix',
  'function_name',
  'number_of_chunks',
  'chunk_length',
  'activation_limit',
  'validity',
  'status',
  'charset',
  'created_at',
  'updated_at',
] as const

export const generatorView = (generator: Generator): Static<typeof GeneratorView> => ({
  ...fieldsOf(generator, generatorFields),
  created_at: isoSeconds(generator.createdAt),
  updated_at: isoSeconds(generator.updatedAt),
})

const appraisal = {
  capacity: Type.String({ pattern: '^\\d+$', description: 'How many different keys it can make.' }),
  collision: Type.Object(
    { keys: Type.Integer(), likelihood: Type.Number({ minimum: 0, maximum: 1 }) },
    { description: 'How likely two of that many keys are equal when they are drawn.' },
  ),
  example: Type.String({ description: 'A key like those it makes; not kept.' }),
}

/** The quality of a format's keys. */
export const AppraisalView = view('KeyFormat', appraisal)
export const AppraisedGeneratorView = view('GeneratorWithFormat', { ...GeneratorView.properties, ...appraisal })

/** A format that is tried out: nothing is stored. */
export const FormatTrialView = view('KeyFormatTrial', {
  capacity: appraisal.capacity,
  collision: appraisal.collision,
  license_keys: Type.Array(Type.String(), { description: 'Keys like those it makes; not kept.' }),
  length: Type.Integer({ description: 'Characters of a key.' }),
  entropy_bits: Type.Number({ description: 'The randomness of a key.' }),
  strength: word(
    ['guessable', 'fair', 'strong'],
    'guessable: no generator is made of it; fair: guessing takes a limit of requests; strong: 64 bits and more.',
  ),
  warning: nullable(Type.String({ description: 'Why its keys could be guessed.' })),
})

/** The format of a generator whose maker says nothing of it. */
export const formatDefaults = {
  prefix: '',
  suffix: '',
  functionName: '',
  numberOfChunks: 4,
  chunkLength: 4,
  charset: '0123456789ABCDEF',
}
