import type { Language } from './languages'
import { inLiteral } from './literal'

/** What is filled in. */
export interface ClientFacts {
  /** The server's address, without a slash at its end. */
  readonly server: string
  /** The uuid of the product. */
  readonly product: string
  readonly productName: string
  /** Empty if the program hands it in. */
  readonly apiKey: string
  readonly graceDays: number
  /** The public keys, as PEM. */
  readonly publicKeys: readonly string[]
}

/** The days without a server that the templates name; a product may grant fewer. */
export const usualGraceDays = 7

/** The source of a client for that server and product. Every text goes in as a string of the language. */
export async function printClient(language: Language, facts: ClientFacts): Promise<string> {
  const { quote, file } = language
  const template = await Bun.file(file).text()
  const texts: Record<string, string> = {
    server: facts.server,
    product: facts.product,
    'product-name': facts.productName,
    'api-key': facts.apiKey,
  }
  const quoted = (text: string) => `${quote}${inLiteral(text, language.escape)}${quote}`
  return (
    withNamespace(template, facts.product)
      .replace(/^.*biome-ignore.*\n/gm, '')
      .replace(new RegExp(`(grace_?days\\b.*[:=] *)${usualGraceDays}\\b`, 'i'), `$1${facts.graceDays}`)
      .replace(/^( *)(.*)(["'])@public-keys@\3(.*)$/gm, (_, indent: string, before: string, __, after: string) =>
        keyLines(facts.publicKeys.map(derOf).map(quoted), { indent, before, after }),
      )
      // Last: a name may look like a place that is to be filled in.
      .replace(/(["'])@([a-z-]+)@\1/g, (whole, _, name: string) => {
        const text = texts[name]
        return text === undefined ? whole : quoted(text)
      })
  )
}

/** The lines that use the printed file: a program with a licence. */
export const printProgram = async ({ program }: Language, product: string) =>
  withNamespace(await Bun.file(program).text(), product)

/** Two plugins of one site may both have such a file, so in PHP the product has a namespace of its own. */
const withNamespace = (text: string, product: string) =>
  text.replaceAll('Latchkey\\Product', `Latchkey\\P${product.slice(0, 8)}`)

/** One key on each line. */
const keyLines = (keys: readonly string[], line: { indent: string; before: string; after: string }) =>
  [
    `${line.indent}${line.before}`,
    ...keys.map((key) => `${line.indent}    ${key},`),
    `${line.indent}${line.after}`,
  ].join('\n')

/** The base64 between the lines of a PEM. */
const derOf = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '')
