/** How the program is put together; the executable is made with the same options. */
export const bundleOptions = {
  // Each worker is an entry of its own; the binary finds it beside the main one.
  entrypoints: ['./src/main.ts', './src/rsa-worker.ts', './src/checkpoint-worker.ts'],
  target: 'bun',
  format: 'esm',
  // What is loaded only where it is asked for brings what it imports with it, or the start would pay for that.
  splitting: true,
  // Never `identifiers`: the framework reads its handlers' parameter names.
  minify: { whitespace: true, syntax: true, identifiers: false },
  define: { 'process.env.NODE_ENV': '"production"' },
} as const satisfies Partial<Bun.BuildConfig>

/** Where the packages lie that have code or files in the bundle, as `package-lock.json` names those places. */
export async function bundledPackages(root: string): Promise<string[]> {
  const entrypoints = bundleOptions.entrypoints.map((entry) => `${root}/${entry}`)
  const { metafile } = await Bun.build({ ...bundleOptions, entrypoints, root, metafile: true })
  const inputs = Object.values(metafile!.outputs).flatMap((output) => Object.entries(output.inputs))
  const places = inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? (packageIn(path) ?? []) : []))
  return [...new Set(places)].sort()
}

/** `node_modules/a/node_modules/@b/c` of a path within it. */
const packageIn = (path: string) => /node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
