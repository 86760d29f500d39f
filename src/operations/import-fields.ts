import { type Static, Type } from '@sinclair/typebox'
import { choice, list, text, toggle } from '../intake/model'
import { OperatorError } from '../kernel/operator-error'
import { quoteStyles } from '../transfer/formats/csv-dialect'
import { pairOf } from '../transfer/import/pair'

/** How a file is written. */
export const writtenFields = {
  table: Type.Optional(
    text({ description: 'What the file holds, where its name does not say it', examples: ['licenses'] }),
  ),
  encoding: Type.Optional(
    text({ description: 'How the file is written, such as windows-1252 or latin1: utf-8 where nothing is said.' }),
  ),
  quotes: Type.Optional(
    choice(quoteStyles, { description: 'How a quote in a quoted cell is written: doubled where nothing is said.' }),
  ),
}

/** How a file is read and imported. */
export const importFields = {
  ...writtenFields,
  product: Type.Optional(text({ description: 'The product of lines that name none: its id, uuid, slug or name.' })),
  create_products: Type.Optional(toggle({ description: 'Make products that are named and not there.' })),
  map: Type.Optional(list({ description: 'What columns are, as a list of theirs=ours; "theirs=" skips one.' })),
  value: Type.Optional(
    list({ description: 'What values mean, as a list of column:theirs=ours: status:SOLD=assigned.' }),
  ),
  date_format: Type.Optional(
    list({ description: 'How dates are written, beside the usual forms', examples: ['dd/MM/yyyy'] }),
  ),
  default: Type.Optional(list({ description: 'Default values, as a list of field=value.' })),
  keep_seats: Type.Optional(toggle({ description: 'Take licences that hold more seats than their limit allows.' })),
  dry_run: Type.Optional(toggle({ description: 'Only report what would be created and what is wrong, line by line.' })),
}

const given = Type.Object(importFields)

/** The mapping in such fields. */
export const mappingIn = ({ table, product, map, default: defaults }: Static<typeof given>) => ({
  table,
  columns: pairsOf(map),
  defaults: { ...(product && { product }), ...pairsOf(defaults) },
})

function pairsOf(texts: string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const pair = pairOf(text)
      if (!pair) throw new OperatorError(`"${text}" takes two names: theirs=ours`, 'invalid_input')
      return pair
    }),
  )
}
