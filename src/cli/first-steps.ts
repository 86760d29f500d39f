import { createApiKey } from '../access/service'
import { makeProduct } from '../features/products/operator'
import { slugFrom } from '../features/products/policy'
import type { Installation } from '../installation'
import { OperatorError } from '../kernel/operator-error'
import type { Choices } from './first-choices'

const nameLengthMax = 255

/** The initial contents of a new folder, besides its keys. */
export interface First {
  product_id?: number
  product_slug?: string
  api_key?: string
}

/** Creates the first product and the first API key, both or neither. */
export const makeFirst = ({ db, clock }: Installation, { product, apiKey }: Choices): Promise<First> =>
  db.write(async (tx) => {
    const first: First = {}
    if (product !== undefined) {
      const name = product.trim()
      if (!name || name.length > nameLengthMax) {
        throw new OperatorError(`--product takes a name of 1 to ${nameLengthMax} characters`, 'invalid_input')
      }
      const slug = slugFrom(name)
      first.product_id = (await makeProduct(tx, { name, ...(slug && { slug }) }, clock())).id
      if (slug) first.product_slug = slug
    }
    if (apiKey) {
      const draft = { name: 'first', preset: apiKey, capabilities: [], allowedIps: [] }
      first.api_key = (await createApiKey(tx, draft, clock())).token
    }
    return first
  })

const license = 'license_keys=AAAA-1111-BBBB-2222 activation_limit=2 validity=365 status=available'

/** The commands to paste next; `where` names the folder if it is not the default. */
export function nextSteps({ product_id, api_key }: First, { apiKey }: Choices, where: string): string[] {
  if (!api_key || !apiKey) {
    return [`Next: latchkey api-key create --name "my app" --preset all${where}`, `      latchkey serve${where}`]
  }
  const isStocking = apiKey === 'all' && product_id !== undefined
  const path = isStocking ? 'create-license-keys' : apiKey === 'client' ? 'get-product' : 'get-all-products'
  const fields = [
    ...(product_id && apiKey !== 'shop' ? [`product_id=${product_id}`] : []),
    ...(isStocking ? license.split(' ') : []),
  ]
  const said = fields.map((field) => ` -d ${field}`).join('')
  return [
    'Your API key, shown this once:',
    api_key,
    'Next, start the server:',
    `  latchkey serve${where}`,
    isStocking ? 'and, in a second terminal, put a first licence key in stock:' : 'and, in a second terminal, ask it:',
    `  curl -s${isStocking ? '' : 'G'}w '\\n' http://127.0.0.1:8080/api/v1/${path} -H "Authorization: Bearer ${api_key}"${said}`,
  ]
}
