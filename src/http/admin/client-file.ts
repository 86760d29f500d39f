import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import {
  languageRows,
  printClientFile,
  printClientFileWithNewKey,
  requireLanguage,
} from '../../features/client-files/service'
import { requireProduct } from '../../features/products/service'
import { text } from '../../intake/model'
import { publicUrlOf } from '../public-url'
import type { AdminRequest } from './admin-request'
import { done } from './answers'
import { asUser } from './identity'
import { currentPassword, requireProof } from './proof'
import { type AdminRoute, adminRoute } from './route'

const wanted = {
  product: text({ description: 'The product: its id, uuid, slug or name.' }),
  language: text({ description: 'The language, as `GET /clients` lists them.' }),
  server: Type.Optional(text({ description: 'The address of this server, as programs reach it; base_url if absent.' })),
}
const Wanted = Type.Object(wanted)

const file = {
  language: Type.String({ description: 'The name of the language.' }),
  file_name: Type.String({ description: 'What to call the file.' }),
  source: Type.String({ description: 'The file.' }),
  program_name: Type.String({ description: 'What to call the program that uses it.' }),
  program: Type.String({ description: 'A short program that uses it, to paste.' }),
}

/** The languages that have a licence check. */
export const listingClients = adminRoute({
  route: 'GET /clients',
  role: 'viewer',
  summary: 'list the languages that have a licence check',
  input: Type.Object({}),
  output: Type.Object({
    clients: Type.Array(
      Type.Object({
        language: Type.String({ description: 'The name of the language.' }),
        title: Type.String({ description: 'Its name for readers.' }),
        runs_on: Type.String({ description: 'The oldest version it runs on.' }),
        file_name: Type.String({ description: 'What to call the file.' }),
      }),
    ),
  }),
  answer: async () => done({ clients: languageRows }),
})

/** What the request wants to have printed, without an API key. */
async function requestedBy(deps: Deps, { request }: AdminRequest, values: Static<typeof Wanted>) {
  const product = await requireProduct(deps.db.read, values.product)
  const server = values.server ?? publicUrlOf(deps, request)
  return { language: requireLanguage(values.language), product, server, apiKey: '' }
}

/** The licence check of a product, which is handed an API key. */
export const printingClient = adminRoute({
  route: 'GET /products/:product/clients/:language',
  command: 'client',
  role: 'viewer',
  summary: 'print a licence check for a program, without an API key',
  input: Wanted,
  output: Type.Object(file),
  answer: async (deps, adminRequest, values) =>
    done(await printClientFile(deps.db.read, await requestedBy(deps, adminRequest, values), adminRequest.now)),
})

/** The licence check of a product, with a new API key in it. */
export const printingClientWithKey = adminRoute({
  route: 'POST /products/:product/clients/:language',
  command: 'client',
  role: 'owner',
  summary: 'print a licence check for a program, with a new API key of the preset `client` in it',
  input: Type.Object({ ...wanted, current_password: currentPassword('POST') }),
  output: Type.Object({
    ...file,
    api_key_name: Type.String({ description: 'The name of the API key that it holds.' }),
  }),
  async answer(deps, adminRequest, { current_password: password, ...values }) {
    await requireProof(deps, adminRequest, 'session', password)
    const requested = await requestedBy(deps, adminRequest, values)
    return done(await printClientFileWithNewKey(asUser(deps.db, adminRequest), requested, adminRequest.now))
  },
})

export const clientFileRoutes = [
  listingClients,
  printingClient,
  printingClientWithKey,
] as const satisfies readonly AdminRoute[]
