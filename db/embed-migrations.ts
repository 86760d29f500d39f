/** Writes `migrations.ts` from the journal, so that the binary carries every migration. Run by `npm run migrations`. */
import journal from './migrations/meta/_journal.json'

const tags = journal.entries.map((entry) => entry.tag)
const name = (tag: string) => `m${tag.slice(0, 4)}`
const lines = [
  '// Written by `npm run migrations`; change the schema, not this list.',
  ...tags.map((tag) => `import ${name(tag)} from './migrations/${tag}.sql' with { type: 'text' }`),
  '',
  '/** Every migration, oldest first. */',
  'export const migrations = [',
  ...tags.map((tag) => `  { tag: '${tag}', sql: ${name(tag)} },`),
  ']',
  '',
]
await Bun.write(new URL('./migrations.ts', import.meta.url), lines.join('\n'))
