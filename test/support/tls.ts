import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'

/** The path of a certificate or key made for tests; all are for `localhost` and 127.0.0.1. */
export const fixture = (name: string) => join(import.meta.dir, '../fixtures/tls', name)

/** Options of `fetch` for a client that trusts that certificate alone. */
export const trusting = (name: string) => ({ tls: { ca: readFileSync(fixture(name), 'utf8') }, keepalive: false })

/** Who a server says it is in a new handshake: the common name of its certificate. */
export const nameShown = (url: string) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      const { subject } = socket.getPeerCertificate()
      socket.end()
      resolve(String(subject.CN))
    })
    socket.on('error', reject)
  })
