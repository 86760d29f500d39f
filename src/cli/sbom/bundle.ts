/** The bundler options of the program and of the executable. */
export const bundleOptions = {
  // Each worker is an entry of its own; the binary finds it beside the main one.
  entrypoints: ['./src/main.ts', './src/rsa-worker.ts', './src/checkpoint-worker.ts'],
  target: 'bun',
  format: 'esm',
  // Modules loaded on demand are bundled with their imports; otherwise the start would pay for them.
  splitting: true,
  // Never `identifiers`: the framework reads the parameter names of its handlers.
  minify: { whitespace: true, syntax: true, identifiers: false },
  define: { 'process.env.NODE_ENV': '"production"' },
} as const satisfies Partial<Bun.BuildConfig>

/** The paths of the packages with code or files in the bundle, as in `package-lock.json`. */
export async function bundledPackages(root: string): Promise<string[]> {
  const entrypoints = bundleOptions.entrypoints.map((entry) => `${root}/${entry}`)
  const { metafile } = await Bun.build({ ...bundleOptions, entrypoints, root, metafile: true })
  const inputs = Object.values(metafile!.outputs).flatMap((output) => Object.entries(output.inputs))
  const places = inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? (packageIn(path) ?? []) : []))
  return [...new Set(places)].sort()
}

/** `node_modules/a/node_modules/@b/c` of a path within it. */
const packageIn = (path: string) => /node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
