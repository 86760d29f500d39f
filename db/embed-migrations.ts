/**
 * Generates the SQL for schema changes, then `migrations.ts`, so that the binary contains every migration. Run by `npm
 * run migrations -- --name what_changed`.
 */
const generate = ['drizzle-kit', 'generate', '--config', '.drizzle.config.ts', ...Bun.argv.slice(2)]
const { exitCode } = Bun.spawnSync(generate, { stdio: ['inherit', 'inherit', 'inherit'] })
if (exitCode !== 0) process.exit(exitCode)

const journal = await Bun.file(new URL('./migrations/meta/_journal.json', import.meta.url)).json()
const tags: string[] = journal.entries.map((entry: { tag: string }) => entry.tag)
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
