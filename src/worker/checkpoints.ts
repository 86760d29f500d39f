import { Type } from '@sinclair/typebox'
import { makeCheckpoint } from '../audit/checkpoint'
import { isUnavailable } from '../database/failure'
import type { Installation } from '../installation'
import { declareJob, handles } from '../jobs/job'

const hourMs = 3_600_000

const checkpoint = declareJob('audit.checkpoint', Type.Object({}), { everyMs: hourMs })

/** Signs the head of the audit log once an hour. */
export const checkpoints = (installation: Installation) =>
  handles(checkpoint, async (_, { now }) => {
    await makeCheckpoint(installation, now)
    return {}
  })

/** Writes a checkpoint when the server stops; if it cannot, the next start does. */
export const lastCheckpoint = (installation: Installation) =>
  makeCheckpoint(installation, installation.clock()).catch((error) => {
    if (!isUnavailable(error)) throw error
  })
