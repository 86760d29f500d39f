import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { buildProgram } from '../../src/cli/program'
import { binary, spawnBinary, speak } from '../support/installation'
import { contentsOf, emptyFolder } from '../support/process'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(120_000)

let place: ReturnType<typeof emptyFolder>
beforeEach(() => {
  place = emptyFolder()
})
afterEach(() => place.remove())

const say = (args: string[], folder: string) => {
  const env = { LATCHKEY_DATA_DIR: folder }
  return binary ? spawnBinary(args, env, place.path) : speak(args, env)
}

/** Commands that make a folder, and those that work on none. */
const makers = ['serve', 'init', 'demo', 'restore']
const without = ['health', 'openapi', 'bench', 'systemd', 'sbom', 'help']

function leavesOf(command: Command, words: string[] = []): [string, Command][] {
  if (!command.commands.length) return [[words.join(' '), command]]
  return command.commands.flatMap((child) => leavesOf(child, [...words, child.name()]))
}
const leaves = leavesOf(buildProgram({ env: {}, out() {}, err() {} })).filter(
  ([name]) => ![...makers, ...without].includes(name) && !name.startsWith('completion'),
)

/** A command with all that it demands; files it is to read are there. */
function lineOf([name, command]: [string, Command], file: string) {
  const isWritten = ['backup', 'audit export', 'release download'].includes(name)
  const fileName = isWritten ? join(place.path, 'new') : file
  const sampleOf = (word: string) => (/file|path/.test(word) ? fileName : word === 'language' ? 'python' : '1')
  const required = command.options.filter(({ mandatory }) => mandatory)
  return [
    ...name.split(' '),
    ...command.registeredArguments.filter((argument) => argument.required).map((argument) => sampleOf(argument.name())),
    ...required.flatMap(({ long, flags, argChoices }) => [long!, argChoices?.[0] ?? sampleOf(flags)]),
    ...(command.options.some(({ long }) => long === '--yes') && name !== 'import' ? ['--yes'] : []),
    ...(name === 'backup' ? ['--without-keys'] : []),
    ...(['export', 'move'].includes(name) ? ['--to', join(place.path, 'new')] : []),
    ...(name === 'import' ? ['--dry-run'] : []),
  ]
}

describe('every command but those that make a data folder', () => {
  test.each(leaves.map((leaf) => [leaf[0], leaf] as const))(
    '%s says where there is none, and writes nothing',
    async (_, leaf) => {
      const file = join(place.path, 'licenses.csv')
      writeFileSync(file, 'license_key,product,activation_limit\nA-1,app,1\n')
      const nowhere = join(place.path, 'nowhere')
      const foreign = join(place.path, 'foreign')
      mkdirSync(foreign)
      writeFileSync(join(foreign, 'letter.txt'), 'Dear grandmother')
      const before = contentsOf(place.path)
      for (const folder of [nowhere, foreign]) {
        const { exitCode, out, err } = await say(lineOf(leaf, file), folder)
        expect({ exitCode, out, err }).toEqual({
          exitCode: 1,
          out: '',
          err: expect.stringMatching(new RegExp(`^latchkey: there is no data folder at ${folder}.*--data-dir.*\n$`)),
        })
      }
      expect(contentsOf(place.path)).toEqual(before)
    },
  )
})

describe('a data folder', () => {
  const csv = () => {
    const file = join(place.path, 'licenses.csv')
    writeFileSync(file, 'license_key,product,activation_limit\nA-1,app,1\n')
    return file
  }

  test('is made by an import that was said yes to, and by init', async () => {
    const [first, second] = [join(place.path, 'first'), join(place.path, 'second')]
    expect(await say(['import', csv(), '--create-products', '--yes'], first)).toMatchObject({ exitCode: 0 })
    expect(existsSync(join(first, 'sealing.key'))).toBeTrue()
    expect(await say(['init', '--bits', '2048'], second)).toMatchObject({ exitCode: 0 })
    expect(await say(['status'], second)).toMatchObject({ exitCode: 0 })
  })

  test('is not made by an import of what cannot be read', async () => {
    const { exitCode, err } = await say(['import', join(place.path, 'lost.csv'), '--yes'], join(place.path, 'first'))
    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('lost.csv') })
    expect(contentsOf(place.path)).toEqual({})
  })

  test('whose first start was broken off is finished by init alone', async () => {
    const folder = join(place.path, 'data')
    mkdirSync(folder)
    writeFileSync(join(folder, 'latchkey.db'), '')
    const before = contentsOf(place.path)
    const { exitCode, err } = await say(['product', 'list'], folder)
    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('is not complete') })
    expect(contentsOf(place.path)).toEqual(before)
    expect(await say(['init', '--bits', '2048'], folder)).toMatchObject({ exitCode: 0 })
    expect(await say(['product', 'list'], folder)).toMatchObject({ exitCode: 0 })
  })

  test('is not made of a database of another program', async () => {
    const folder = join(place.path, 'data')
    mkdirSync(folder)
    const other = new Database(join(folder, 'latchkey.db'))
    other.run('create table recipes (name text)')
    other.close()
    const before = contentsOf(place.path)
    for (const args of [
      ['init', '--bits', '2048'],
      ['product', 'list'],
    ]) {
      const { exitCode, err } = await say(args, folder)
      expect({ exitCode, err }).toMatchObject({
        exitCode: 1,
        err: expect.stringContaining('not a database of Latchkey'),
      })
    }
    expect(contentsOf(place.path)).toEqual(before)
  })
})
