import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { anyone, gate, lookup, pathLookup } from '../access/gate'
import { languages } from '../clients/languages'
import type { Deps } from '../deps'
import { findShownProduct, languageNamed, languageRows, printClientFile } from '../features/client-files/service'
import { text } from '../intake/model'
import { OperatorError } from '../kernel/operator-error'
import { publicUrlOf } from './public-url'

const ClientFileRequest = Type.Object({
  language: text({ description: `The language: ${languages.map(({ name }) => name).join(', ')}.` }),
  product: Type.Optional(
    text({ maxLength: 255, aliases: ['product_uuid', 'product_slug'], description: 'The product: its uuid or slug.' }),
  ),
})

const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
const plainText = 'text/plain; charset=utf-8'
const refusal = (status: number, sentence: string) =>
  new Response(`${sentence}\n`, { status, headers: { ...headers, 'content-type': plainText } })

/**
 * The files of `latchkey client` for everybody, where `public_clients` is on. They hold what each copy of a program
 * holds, and no API key.
 */
export function clientFiles(deps: Deps) {
  /** The answer if an operator has not allowed this; undefined otherwise. */
  const off = () =>
    deps.config.public_clients === 'off'
      ? refusal(404, 'Clients are not public on this server: see the setting public_clients.')
      : undefined

  async function file(name: string, reference: string | undefined, { request, now }: { request: Request; now: Date }) {
    const language = languageNamed(name)
    if (!language) return refusal(404, 'There is no client in this language: /clients lists the languages.')
    if (reference === undefined) return refusal(422, `Name the product: /clients/${language.name}?product=my-app`)
    const product = await findShownProduct(deps.db.read, reference)
    if (!product) return refusal(404, 'There is no such product.')
    try {
      const wanted = { language, product, server: publicUrlOf(deps, request), apiKey: '' }
      const { file_name, source } = await printClientFile(deps.db.read, wanted, now)
      const disposition = `attachment; filename="${file_name}"`
      return new Response(source, {
        headers: { ...headers, 'content-type': plainText, 'content-disposition': disposition },
      })
    } catch (error) {
      if (error instanceof OperatorError) return refusal(503, `This file cannot be printed: ${error.message}.`)
      throw error
    }
  }

  return new Elysia({ tags: ['Clients'] })
    .use(gate(deps))
    .get(
      '/clients',
      () => off() ?? Response.json({ clients: languageRows }, { headers }),
      lookup(anyone, Type.Object({}), {
        summary: 'List the languages that have a licence check to download; needs no API key, and public_clients on',
        says: [],
      }),
    )
    .get(
      '/clients/:language',
      ({ params: { language, product }, request, requestContext: { now } }) =>
        off() ?? file(language, product, { request, now }),
      pathLookup(anyone, ClientFileRequest, {
        summary: 'Download the licence check of a product; needs no API key and has none in it, and public_clients on',
        says: [],
      }),
    )
}
