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
  // Only builds compile the console's style.
  external: ['bun-plugin-tailwind'],
} as const satisfies Partial<Bun.BuildConfig>

/** The bundler options of the console. */
const consoleOptions = {
  entrypoints: ['./src/console/main.tsx'],
  target: 'browser',
  format: 'esm',
  // Pages are loaded on demand.
  splitting: true,
  minify: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  naming: '[name]-[hash].[ext]',
} as const satisfies Partial<Bun.BuildConfig>

/** Bundles the console of the project at `root`, in memory. Throws what the bundler reports. */
export async function bundleConsole(root: string): Promise<Bun.BuildOutput> {
  // Only builds need the style's compiler.
  const { default: tailwind } = await import('bun-plugin-tailwind')
  return Bun.build({ ...within(root, consoleOptions), plugins: [tailwind], metafile: true })
}

/** The paths of the packages with code or files in the bundles, as in `package-lock.json`. */
export async function bundledPackages(root: string): Promise<string[]> {
  const bundles = [await Bun.build({ ...within(root, bundleOptions), metafile: true }), await bundleConsole(root)]
  const inputs = bundles
    .flatMap(({ metafile }) => Object.values(metafile!.outputs))
    .flatMap((output) => Object.entries(output.inputs))
  const places = inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? (packageIn(path) ?? []) : []))
  return [...new Set(places)].sort()
}

const within = <Options extends { entrypoints: readonly string[] }>(root: string, options: Options) => ({
  ...options,
  root,
  entrypoints: options.entrypoints.map((entry) => `${root}/${entry}`),
})

/** `node_modules/a/node_modules/@b/c` of a path within it. */
const packageIn = (path: string) => /node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
