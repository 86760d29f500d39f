import { join } from 'node:path'
import { harnessFile } from './harness'

/** How a printed client is compiled and run. */
export interface Toolchain {
  /** What has to be installed. */
  readonly tool: string
  /** The headers of C that have to be there as well. */
  readonly headers?: readonly string[]
  readonly language: string
  /** Writes what the client needs beside it; returns the command that runs its program. */
  prepare(folder: string, source: string): Promise<string[]>
  /** Writes the printed program and its client; returns the command that runs it. */
  app(folder: string, source: string, program: string): Promise<string[]>
  /** Complains if the source is not sound. */
  compile(folder: string, source: string): Promise<void>
}

const isThere = ({ tool, headers = [] }: Toolchain) => Bun.which(tool) !== null && headers.every(hasHeader)

const hasHeader = (header: string) =>
  Bun.spawnSync(['gcc', '-E', '-x', 'c', '-'], { stdin: Buffer.from(`#include <${header}>`) }).success

async function run(command: string[], cwd: string) {
  const child = Bun.spawn(command, { cwd, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')}: ${out}${err}`)
}

const withoutTypes = (source: string) => new Bun.Transpiler({ loader: 'ts' }).transformSync(source)

async function write(folder: string, name: string, source: string) {
  await Bun.write(join(folder, name), source)
  return join(folder, name)
}

async function goModule(folder: string, source: string, name = 'example') {
  await write(folder, 'go.mod', `module ${name}\n\ngo 1.19\n`)
  await write(folder, 'licensing/licensing.go', source)
}

/** A short run is done before the better compiler has begun. */
const quickJava = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

async function javac(folder: string, source: string, ...more: string[]) {
  const client = await write(folder, 'licensing/Licensing.java', source)
  const options = ['--release', '11', '-Xlint:all', '-Werror', '-encoding', 'UTF-8', '-d', join(folder, 'classes')]
  await run(['javac', ...quickJava.map((option) => `-J${option}`), ...options, client, ...more], folder)
}

async function mcs(folder: string, source: string, ...more: string[]) {
  const [client, program] = [await write(folder, 'Licensing.cs', source), join(folder, 'program.exe')]
  const options = ['-langversion:7.2', '-warn:4', '-warnaserror', '-r:System.Net.Http', '-r:System.Numerics']
  await run(['mcs', ...options, `-out:${program}`, client, ...more], folder)
  return program
}

const cHeaders = ['curl/curl.h', 'openssl/evp.h']

/** What a strict vendor has on. */
const warnings = ['-Wall', '-Wextra', '-Werror', '-pedantic', '-O1']
const sanitizers = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']

/** Compiles and links with these options; returns the program. */
async function cc(folder: string, compiler: 'gcc' | 'g++', ...options: string[]) {
  const standard = compiler === 'gcc' ? '-std=c99' : '-std=c++11'
  await run([compiler, standard, ...warnings, ...options, '-o', 'program', '-lcurl', '-lcrypto'], folder)
  return join(folder, 'program')
}

const tsc = join(import.meta.dir, '../../node_modules/.bin/tsc')

export const toolchains: Record<string, Toolchain> = {
  'TypeScript on Bun': {
    tool: process.execPath,
    language: 'typescript',
    prepare: async (folder, source) => {
      return [process.execPath, harnessFile('javascript.mjs'), await write(folder, 'licensing.ts', source)]
    },
    async app(folder, source, program) {
      await write(folder, 'licensing.ts', source)
      return [process.execPath, await write(folder, 'app.ts', program)]
    },
    async compile(folder, source) {
      await write(folder, 'licensing.ts', source)
      // As a stranger's project has it: strict, with the types of browsers alone.
      const compilerOptions = {
        ...{ noEmit: true, strict: true, noUncheckedIndexedAccess: true, types: [] },
        ...{ target: 'es2022', module: 'esnext', moduleResolution: 'bundler' },
      }
      await write(folder, 'tsconfig.json', JSON.stringify({ compilerOptions, files: ['licensing.ts'] }))
      await run([tsc, '-p', folder], folder)
    },
  },
  'TypeScript on Node': {
    tool: 'node',
    language: 'typescript',
    prepare: async (folder, source) => {
      return ['node', harnessFile('javascript.mjs'), await write(folder, 'licensing.mjs', withoutTypes(source))]
    },
    async app(folder, source, program) {
      await write(folder, 'licensing.ts', source)
      const entrypoints = [await write(folder, 'app.ts', program)]
      await Bun.build({ entrypoints, target: 'node', outdir: folder, naming: 'app.mjs' })
      return ['node', join(folder, 'app.mjs')]
    },
    async compile(folder, source) {
      await run(['node', '--check', await write(folder, 'licensing.mjs', withoutTypes(source))], folder)
    },
  },
  Python: {
    tool: 'python3',
    language: 'python',
    prepare: async (folder, source) => {
      await write(folder, 'licensing.py', source)
      return ['python3', harnessFile('python.py'), folder]
    },
    async app(folder, source, program) {
      await write(folder, 'licensing.py', source)
      return ['python3', await write(folder, 'app.py', program)]
    },
    async compile(folder, source) {
      await run(['python3', '-W', 'error', '-m', 'py_compile', await write(folder, 'licensing.py', source)], folder)
    },
  },
  PHP: {
    tool: 'php',
    language: 'php',
    prepare: async (folder, source) => {
      return ['php', harnessFile('php.php'), await write(folder, 'licensing.php', source)]
    },
    async app(folder, source, program) {
      await write(folder, 'licensing.php', source)
      return ['php', await write(folder, 'app.php', program)]
    },
    async compile(folder, source) {
      await run(['php', '-d', 'display_errors=1', '-l', await write(folder, 'licensing.php', source)], folder)
    },
  },
  Go: {
    tool: 'go',
    language: 'go',
    async prepare(folder, source) {
      await goModule(folder, source)
      await Bun.write(join(folder, 'main.go'), Bun.file(harnessFile('main.go')))
      await run(['go', 'build', '-o', 'program', '.'], folder)
      return [join(folder, 'program')]
    },
    async app(folder, source, program) {
      await goModule(folder, source, 'example.com/my-app')
      await write(folder, 'main.go', program)
      await run(['go', 'build', '-o', 'program', '.'], folder)
      return [join(folder, 'program')]
    },
    async compile(folder, source) {
      await goModule(folder, source)
      await run(['go', 'vet', './licensing'], folder)
    },
  },
  Java: {
    tool: 'javac',
    language: 'java',
    async prepare(folder, source) {
      await Bun.write(join(folder, 'Harness.java'), Bun.file(harnessFile('Harness.java')))
      await javac(folder, source, 'Harness.java')
      return ['java', ...quickJava, '-cp', join(folder, 'classes'), 'Harness']
    },
    async app(folder, source, program) {
      await write(folder, 'App.java', program)
      await javac(folder, source, 'App.java')
      return ['java', ...quickJava, '-cp', join(folder, 'classes'), 'App']
    },
    compile: (folder, source) => javac(folder, source),
  },
  'CSharp on Mono': {
    tool: 'mcs',
    language: 'csharp',
    async prepare(folder, source) {
      await Bun.write(join(folder, 'Harness.cs'), Bun.file(harnessFile('Harness.cs')))
      return ['mono', await mcs(folder, source, 'Harness.cs')]
    },
    async app(folder, source, program) {
      await write(folder, 'App.cs', program)
      return ['mono', await mcs(folder, source, 'App.cs')]
    },
    async compile(folder, source) {
      await mcs(folder, source, '-target:library')
    },
  },
  Ruby: {
    tool: 'ruby',
    language: 'ruby',
    prepare: async (folder, source) => {
      await write(folder, 'licensing.rb', source)
      return ['ruby', harnessFile('ruby.rb'), folder]
    },
    async app(folder, source, program) {
      await write(folder, 'licensing.rb', source)
      return ['ruby', await write(folder, 'app.rb', program)]
    },
    async compile(folder, source) {
      await run(['ruby', '-w', await write(folder, 'licensing.rb', source)], folder)
    },
  },
  C: {
    tool: 'gcc',
    headers: cHeaders,
    language: 'c',
    async prepare(folder, source) {
      await write(folder, 'licensing.c', source)
      await Bun.write(join(folder, 'harness.c'), Bun.file(harnessFile('c.c')))
      return [await cc(folder, 'gcc', ...sanitizers, 'harness.c')]
    },
    async app(folder, source, program) {
      await write(folder, 'licensing.c', source)
      await write(folder, 'app.c', program)
      return [await cc(folder, 'gcc', 'app.c', 'licensing.c')]
    },
    async compile(folder, source) {
      await write(folder, 'licensing.c', source)
      await cc(folder, 'gcc', '-fsyntax-only', 'licensing.c')
    },
  },
  'C++': {
    tool: 'g++',
    headers: cHeaders,
    language: 'c',
    async prepare(folder, source) {
      await write(folder, 'licensing.c', source)
      await Bun.write(join(folder, 'harness.c'), Bun.file(harnessFile('c.c')))
      return [await cc(folder, 'g++', ...sanitizers, 'harness.c')]
    },
    async app(folder, source, program) {
      await write(folder, 'licensing.c', source)
      await write(folder, 'app.c', program)
      return [await cc(folder, 'g++', 'app.c', 'licensing.c')]
    },
    async compile(folder, source) {
      await write(folder, 'licensing.c', source)
      await cc(folder, 'g++', '-fsyntax-only', 'licensing.c')
    },
  },
}

/** The tool chains of this machine, and the names of those that it has not. */
export const present = Object.entries(toolchains).filter(([, toolchain]) => isThere(toolchain))
export const missing = Object.entries(toolchains).filter(([, toolchain]) => !isThere(toolchain))
