import { Type } from '@sinclair/typebox'
import { nullable, view, word } from '../../kernel/view'
import { tableNames } from '../tables/table'

/** What the columns of a file probably hold. */
export const ColumnGuessView = view('ColumnGuess', {
  file: Type.String(),
  table: word(tableNames, 'What the file holds, by its name or else by its columns.'),
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      field: nullable(
        Type.String({ description: 'The field it holds; empty for one that is skipped, null if unknown.' }),
      ),
      samples: Type.Array(Type.String(), { description: 'Some of its values.' }),
    }),
  ),
  fields: Type.Array(Type.Object({ name: Type.String(), is_required: Type.Boolean(), description: Type.String() }), {
    description: 'The fields of that table.',
  }),
  missing: Type.Array(Type.String(), { description: 'The required fields that no column holds.' }),
})
