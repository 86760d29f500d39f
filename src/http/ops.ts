import { Elysia } from 'elysia'
import type { Deps } from '../deps'
import { say } from '../kernel/outcome'
import { findSealingFingerprint } from '../signing/service'

/** Health checks for monitoring: alive, and ready to give signed answers. Plain JSON without an envelope. */
export const ops = ({ db, keys, seal, clock }: Deps) =>
  new Elysia({ tags: ['Operations'] }).get('/healthz', ready, open('Liveness: 200 while the process runs')).get(
    '/readyz',
    async () => {
      try {
        await findSealingFingerprint(db.read)
        await seal(say('not_ready'), clock())
        const isSigning = (await keys.signerFor({ productId: undefined, now: clock() })) !== undefined
        return isSigning ? ready() : notReady('there is no signing key: run "latchkey init"')
      } catch {
        return notReady('the database or the signing key cannot be read: see the log of the server')
      }
    },
    open('Readiness: 200 when answers can be looked up and signed, otherwise 503'),
  )

const open = (summary: string) => ({ detail: { summary, security: [] } })

const ready = () => Response.json({ status: 'ok' })
const notReady = (reason: string) => Response.json({ status: reason }, { status: 503 })
