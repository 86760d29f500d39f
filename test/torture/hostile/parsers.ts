import fc from 'fast-check'
import { settings } from '../../../src/config'
import { capacity, keyLength } from '../../../src/features/generators/pattern'
import { readTemplate } from '../../../src/features/generators/template'
import { readBody, readQuery } from '../../../src/intake/body'
import { openBodyBudget } from '../../../src/intake/body-budget'
import { addressSet, parseCidr } from '../../../src/kernel/addresses'
import { clientAddress } from '../../../src/kernel/forwarded'
import { parseMoment } from '../../../src/kernel/moments'
import { OperatorError } from '../../../src/kernel/operator-error'
import { responseProblemOf } from '../../../src/signing/check'
import { readPrivateKey } from '../../../src/signing/key-pair'
import { problemOfUrl } from '../../../src/webhooks/address'
import type { Run } from '../kind'
import { requireProperty } from './property'

const runsPerRound = 100
/** Far more than any of these inputs may take, on any machine. */
const msMax = 5000

const anything = fc.string({ unit: 'binary', maxLength: 2000 })
const from = (pieces: readonly string[], maxLength: number) =>
  fc
    .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...pieces) }, fc.string({ maxLength: 3 })), { maxLength })
    .map((some) => some.join(''))

const addresses = from(['1', '255', '256', '.', ':', '::', '/', '0', '32', '128', 'ffff', '%eth0', ' ', ','], 24)
const dates = from(
  ['2024', '-', '02', '30', 'T', ' ', '23', ':', '59', '.123456', 'Z', '+14:00', '-99', '9999', '0000'],
  16,
)
const templates = from(
  ['{A:5}', '{9:999}', '{check}', '{check:9}', '{', '}', ':', '{C}', '{X:0}', '-', '{check:x}'],
  40,
)
const pem = from(
  ['-----BEGIN ', '-----END ', 'PRIVATE KEY-----', 'RSA ', 'ENCRYPTED ', '\n', 'MIIE', '====', 'AAAA'],
  30,
)
const forms = from(['a', '=', '&', '[', ']', '[]', '[0]', '%', '%00', '%ff', '+', '__proto__', 'constructor', ';'], 60)
const urls = from(
  [
    'http',
    'https',
    '://',
    '@',
    ':',
    '[',
    ']',
    '0x7f',
    '127.1',
    '2130706433',
    'localhost.',
    '/',
    '?',
    '#',
    '::ffff:',
    '%00',
  ],
  16,
)

type Parser = readonly [name: string, input: fc.Arbitrary<string>, parse: (text: string) => unknown]

const parsers: readonly Parser[] = [
  ['CIDR', fc.oneof(addresses, anything), (text) => addressSet([text]).has(parseCidr(text)?.address ?? text)],
  ...['x-forwarded-for', 'forwarded'].map(
    (header): Parser => [
      header,
      fc.oneof(addresses, anything),
      (text) =>
        clientAddress('10.0.0.1', { get: (name) => (name === header ? text : null) }, addressSet(['10.0.0.0/8'])),
    ],
  ),
  ['dates', fc.oneof(dates, anything), (text) => parseMoment(text)?.toISOString()],
  ['templates', fc.oneof(templates, anything), measureTemplate],
  ['PEM', fc.oneof(pem, anything), (text) => readPrivateKey(text)],
  ['PEM with a passphrase', pem, (text) => readPrivateKey(text, 'secret')],
  ['queries', fc.oneof(forms, anything), (text) => readQuery(`http://localhost/?${text}`)],
  ['URLs', urls, (text) => (URL.canParse(text) ? problemOfUrl(new URL(text)) : undefined)],
  ['answers', fc.oneof(fc.json(), anything), (text) => responseProblemOf(text, '')],
  ...Object.entries(settings).map(
    ([name, { parse }]): Parser => [`setting ${name}`, fc.oneof(addresses, urls, anything), parse],
  ),
  ...['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'].map(
    (type): Parser => [
      `bodies, ${type}`,
      fc.oneof(forms, fc.json({ maxDepth: 100 }), anything),
      (text) => bodyOf(type, text),
    ],
  ),
]

function measureTemplate(text: string) {
  const { pattern } = readTemplate(text, '0123456789ABCDEF')
  return pattern && [capacity(pattern), keyLength(pattern)]
}

const bodies = openBodyBudget(60)
const bodyOf = (type: string, body: string) =>
  readBody(new Request('http://localhost/', { method: 'POST', body, headers: { 'content-type': type } }), (bytes) =>
    bodies.open('', bytes),
  )

/** Feeds every parser: it reads the text or says why it does not, in no time. */
export async function fuzzParsers(run: Run) {
  const { report } = run
  for (const [name, input, parse] of parsers) {
    const property = fc.asyncProperty(input, async (text) => {
      report.count('inputs tried')
      const startedAt = performance.now()
      try {
        await parse(text)
      } catch (error) {
        if (!isSentence(error, name)) throw error
      }
      const ms = performance.now() - startedAt
      if (ms > msMax) throw new Error(`it took ${ms} ms`)
    })
    await requireProperty(run, `hostile input: ${name} are read or refused`, property, { perRound: runsPerRound })
  }
  report.say(`hostile: ${parsers.length} parsers`)
}

/** A setting says what it takes in an ordinary error, which its reader makes a sentence of. */
const isSentence = (error: unknown, name: string) =>
  error instanceof OperatorError || (name.startsWith('setting ') && (error as Error).constructor === Error)
