import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { type ImportInstallation, importInstallation } from '../support/import-files'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(60_000)

let installation: ImportInstallation
beforeAll(async () => {
  installation = await importInstallation()
})
afterAll(() => installation.close())

const ownerOf = async (key: string) => (await installation.cli('license', 'show', key, '--json')).json?.owner_name
const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const latin1 = (text: string) => Buffer.from(text, 'latin1')

/** The file as it came, each line of it refused since its limit is "x"; and the options it is imported with. */
const files: [string, string, string, (text: string) => Uint8Array | string, string[]][] = [
  [
    'semicolons and a mark',
    'keys.csv',
    '\ufefflicense_key;activation_limit;owner_name\r\nK;x;"Zoë; ""B"""\r\n',
    String,
    [],
  ],
  [
    'sep=; before the names',
    'keys.csv',
    'sep=;\r\nlicense_key;activation_limit;owner_name\r\nK;x;"Zoë; ""B"""\r\n',
    String,
    [],
  ],
  [
    'tabs in UTF-16 with a mark',
    'keys.tsv',
    '\ufefflicense_key\tactivation_limit\towner_name\nK\tx\t"Zoë; ""B"""\n',
    utf16,
    [],
  ],
  [
    'UTF-16 without a mark',
    'keys.csv',
    'license_key,activation_limit,owner_name\nK,x,"Zoë; ""B"""\n',
    (text) => utf16(text).swap16(),
    [],
  ],
  [
    'Latin-1 and backslashes',
    'keys.csv',
    'license_key,activation_limit,owner_name\rK,x,"Zoë; \\"B\\""\r',
    latin1,
    ['--encoding', 'latin1', '--quotes', 'backslash'],
  ],
  [
    'names that have to be mapped',
    'keys.csv',
    'license_key,activation_limit,Käufer,\nK,x,"Zoë; ""B""",\n',
    String,
    ['--map', 'Käufer=owner_name'],
  ],
  ['a list', 'keys.json', '[\n{"license_key":"K","activation_limit":"x","owner_name":"Zoë; \\"B\\""}\n]\n', String, []],
  [
    'an object around a list',
    'keys.json',
    '{"all": [\n{"license_key":"K","activation_limit":"x","owner_name":"Zoë; \\"B\\""}\n]}\n',
    latin1,
    ['--encoding', 'latin1'],
  ],
  ['JSON lines', 'keys.jsonl', '{"license_key":"K","activation_limit":"x","owner_name":"Zoë; \\"B\\""}\n', String, []],
]

describe('what is refused', () => {
  test.each(files)(
    'comes back as it came, and is imported when it is mended: %s',
    async (what, name, text, written, options) => {
      const key = what.replace(/\W+/g, '-')
      const path = installation.fileOf(name, written(text.replace(/K(?=["',;\t])/, key)))
      const first = await installation.imported(path, ...options)
      expect(first).toMatchObject({
        exitCode: 1,
        made: 0,
        refused: 1,
        refusedTo: [path.replace('keys.', 'keys.refused.')],
      })
      const refused = first.refusedTo[0]!
      const bytes = readFileSync(refused)
      // The very bytes, but for the reason: the last cell of each record, or the last field of each object.
      const reason =
        /,"refused_because":"(?:[^"\\]|\\.)*"|[,;\t](?:refused_because|"(?:[^"]|"")*must be an integer")(?=[\r\n])/g
      if (typeof written('') === 'string') {
        const bare = bytes.toString('utf8').replaceAll(reason, '')
        expect(bare).toBe(readFileSync(path, 'utf8'))
      }
      const mended = bytes
        .toString('latin1')
        .replace(name.includes('json') ? '"x"' : /(?<=[,;\t]\0?)x(?=\0?[,;\t])/, (x) => x.replace('x', '3'))
      writeFileSync(refused, Buffer.from(mended, 'latin1'))
      expect(await installation.imported(refused, ...options)).toMatchObject({ exitCode: 0, made: 1, refused: 0 })
      expect(await ownerOf(key)).toBe('Zoë; "B"')
    },
  )
})
