import { OperatorError } from '../../kernel/operator-error'

const singleByte = [
  ...['windows-1252', 'windows-1250', 'windows-1251', 'windows-1253', 'windows-1254', 'windows-1255', 'windows-1256'],
  ...['windows-1257', 'windows-1258', 'windows-874', 'iso-8859-2', 'iso-8859-3', 'iso-8859-4', 'iso-8859-5'],
  ...['iso-8859-6', 'iso-8859-7', 'iso-8859-8', 'iso-8859-10', 'iso-8859-13', 'iso-8859-14', 'iso-8859-15'],
  ...['iso-8859-16', 'koi8-r', 'koi8-u', 'macintosh', 'x-mac-cyrillic', 'ibm866'],
]
const encodings = ['utf-8', 'utf-16le', 'utf-16be', ...singleByte]

/** An encoding for reading and writing files, by its name on the platform. */
export type Encoding = string

/** Names that spreadsheets and scripts use and the platform does not know. */
const otherNames: Readonly<Record<string, Encoding>> = {
  ansi: 'windows-1252',
  'utf-8-sig': 'utf-8',
  'utf-8-bom': 'utf-8',
  'utf8-bom': 'utf-8',
  utf16: 'utf-16le',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
}

/** The encoding of that name, under any of its usual names. Throws an `OperatorError` for an unknown one. */
export function encodingNamed(name: string): Encoding {
  const plain = name.trim().toLowerCase().replaceAll('_', '-')
  const encoding = otherNames[plain] ?? platformName(plain)
  if (encoding && encodings.includes(encoding)) return encoding
  throw new OperatorError(
    `there is no encoding "${name}" here: name utf-8, utf-16le, utf-16be, windows-1252 (latin1, iso-8859-1), another of the windows-125x and iso-8859-x, koi8-r or macintosh; or save the file as UTF-8`,
    'invalid_input',
  )
}

function platformName(label: string): string | undefined {
  try {
    return new TextDecoder(label as 'utf-8').encoding
  } catch {
    return undefined
  }
}

/** Text as bytes of that encoding; characters it lacks become question marks. */
export function encoded(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text)
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le')
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16()
  const bytes = byteOf(encoding)
  return Buffer.from(Array.from(text, (letter) => bytes.get(letter) ?? 0x3f))
}

const tablesOfBytes = new Map<Encoding, Map<string, number>>()

function byteOf(encoding: Encoding): Map<string, number> {
  const here = tablesOfBytes.get(encoding)
  if (here) return here
  const decoder = new TextDecoder(encoding as 'utf-8')
  const made = new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte]))
  tablesOfBytes.set(encoding, made)
  return made
}

/** The encoding of a file's byte order mark, or UTF-16 if every other byte is zero. */
export function unicodeIn(head: Uint8Array): { encoding: Encoding; hasMark: boolean } | undefined {
  const [first, second, third] = head
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', hasMark: true }
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', hasMark: true }
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', hasMark: true }
  const zeros = [0, 0]
  const length = Math.min(head.length & ~1, 1024)
  for (let at = 0; at < length; at++) if (head[at] === 0) zeros[at % 2]!++
  const [even, odd] = zeros as [number, number]
  const most = length * 0.35
  if (length >= 4 && odd > most && even < odd / 4) return { encoding: 'utf-16le', hasMark: false }
  if (length >= 4 && even > most && odd < even / 4) return { encoding: 'utf-16be', hasMark: false }
  return undefined
}
