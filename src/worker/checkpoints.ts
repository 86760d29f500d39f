import { Type } from '@sinclair/typebox'
import { makeCheckpoint } from '../audit/checkpoint'
import { isUnavailable } from '../database/failure'
import type { House } from '../house'
import { declareJob, handles } from '../jobs/job'

const hourMs = 3_600_000

const checkpoint = declareJob('audit.checkpoint', Type.Object({}), { everyMs: hourMs })

/** Signs the head of the audit log once an hour. */
export const checkpoints = (house: House) =>
  handles(checkpoint, async (_, { now }) => {
    await makeCheckpoint(house, now)
    return {}
  })

/** The same for a server that stops; one that cannot write then leaves it to the next. */
export const lastCheckpoint = (house: House) =>
  makeCheckpoint(house, house.clock()).catch((error) => {
    if (!isUnavailable(error)) throw error
  })
