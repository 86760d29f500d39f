/** The framework alone, as a program of its own: `bare.ts BYTES` gives an answer of that size. */
import { VerifiedDevice } from '../../../src/features/activations/model'
import { bareApp } from '../../../src/http/bare'
import { listen } from '../../../src/http/server'

const { url } = listen(bareApp(VerifiedDevice, '.'.repeat(Number(process.argv[2] ?? 1000))), {
  hostname: '127.0.0.1',
  port: 0,
})
console.error(`bare Elysia listens on ${url},`)
