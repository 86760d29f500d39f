/** Makes `dist/latchkey`, one file that needs nothing beside it. Run by `npm run build`. */
const result = await Bun.build({
  // Each worker is an entry of its own; the binary finds it beside the main one.
  entrypoints: ['./src/main.ts', './src/rsa-worker.ts', './src/checkpoint-worker.ts'],
  target: 'bun',
  format: 'esm',
  bytecode: true,
  // What is loaded only where it is asked for brings what it imports with it, or the start would pay for that.
  splitting: true,
  // Never `identifiers`: the framework reads its handlers' parameter names.
  minify: { whitespace: true, syntax: true, identifiers: false },
  define: { 'process.env.NODE_ENV': '"production"' },
  compile: { outfile: './dist/latchkey', autoloadDotenv: false, autoloadBunfig: false },
})
for (const log of result.logs) console.error(log)
if (result.success) console.log('Built dist/latchkey: try "dist/latchkey demo".')
process.exit(result.success ? 0 : 1)
