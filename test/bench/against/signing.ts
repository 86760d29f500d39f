/** The baseline route with a fresh signature on every answer: `signing.ts BITS`. */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { Elysia } from 'elysia'
import { VerifiedDevice } from '../../../src/features/activations/model'
import { listen } from '../../../src/http/server'

const signAsync = promisify(sign)
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: Number(process.argv[2]) })

const app = new Elysia().post(
  '/api/v1/verify',
  async () => {
    const response = JSON.stringify({ code: 200, message: 'Valid license key', id: randomUUID() })
    const encoded = Buffer.from(response).toString('base64')
    const signature = (await signAsync('sha256', Buffer.from(encoded), privateKey)).toString('base64')
    return { response, response_base64: encoded, private_key_used: 'global', signature }
  },
  { body: VerifiedDevice },
)
console.error(`signing Elysia listens on ${listen(app, { hostname: '127.0.0.1', port: 0 }).url},`)
