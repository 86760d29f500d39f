/** The licence server everybody writes first: express, better-sqlite3, a fresh RSA-2048 signature on every answer. */
import { generateKeyPairSync, sign } from 'node:crypto'
import Database from 'better-sqlite3'
import express from 'express'

const database = new Database(process.argv[2], { readonly: true })
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const look = database.prepare(`
  select l.id, l.status, p.status as product, a.id as seat from licenses l
  join products p on p.id = l.product_id
  left join activations a on a.license_id = l.id and a.identifier = ? and a.deactivated_at is null
  where l.license_key = ?`)

const app = express()
app.use(express.json())
app.post('/api/v1/verify', (request, response) => {
  const { license_key, identifier } = request.body
  const found = look.get(identifier, license_key)
  const isValid = found?.status === 'assigned' && found.product === 'active' && found.seat
  const answer = { code: isValid ? 200 : 210, timestamp: Math.floor(Date.now() / 1000) }
  const encoded = Buffer.from(JSON.stringify(answer)).toString('base64')
  const signature = sign('sha256', Buffer.from(encoded), privateKey).toString('base64')
  response.json({ response: answer, response_base64: encoded, signature })
})
const server = app.listen(0, '127.0.0.1', () => {
  console.error(`express listens on http://127.0.0.1:${server.address().port},`)
})
