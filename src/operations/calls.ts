import { Type } from '@sinclair/typebox'
import type { Call } from '../../db/schema/operations'
import { pageCalls } from '../call-log/store'
import { integer, momentText, text } from '../intake/model'
import { parseMoment } from '../kernel/moments'
import { sha256 } from '../kernel/secrets'
import { listing } from './listing'
import type { Subject } from './operation'

const list = listing({
  command: 'call list',
  route: 'GET /calls',
  summary: 'what software asked and what it was told, newest first',
  plural: 'calls',
  filters: Type.Object({
    license: Type.Optional(text({ description: 'Only calls about this licence key.' })),
    api_key: Type.Optional(integer({ minimum: 1, description: 'Only calls with the API key of this id.' })),
    code: Type.Optional(text({ description: 'Only calls that were answered so: 205' })),
    route: Type.Optional(text({ description: 'Only calls of this route: POST /api/v1/verify' })),
    from: Type.Optional(momentText({ description: 'The first moment: 2030-01-31 or 2030-01-31T12:00:00Z.' })),
    to: Type.Optional(momentText({ description: 'The moment before which it ends.' })),
  }),
  sorts: ['-at'],
  async page({ db }, { license, api_key, code, route, from, to }, wanted) {
    const filter = {
      licenseHash: license === undefined ? undefined : sha256(license),
      apiKeyId: api_key,
      code,
      route,
      from: parseMoment(from ?? ''),
      to: parseMoment(to ?? ''),
    }
    const { rows, next } = await pageCalls(db.read, filter, wanted)
    return { rows: rows.map(described), next }
  },
  columns: {
    AT: ({ at }) => at.slice(0, 19).replace('T', ' '),
    ROUTE: ({ route }) => route,
    CODE: ({ code }) => code,
    'LICENSE KEY': ({ license_key }) => license_key ?? '–',
    DEVICE: ({ identifier }) => identifier ?? '–',
    'API KEY': ({ api_key_id }) => String(api_key_id ?? '–'),
    FROM: ({ address }) => address,
    MS: ({ duration_ms }) => String(duration_ms),
  },
  none: 'There is no such call.',
})

export const calls: Subject = {
  name: 'call',
  about: 'what software asked and what it was told, licence keys masked',
  operations: [list],
}

const described = (call: Call) => ({
  id: call.id,
  at: call.at.toISOString(),
  request_id: call.requestId,
  route: call.route,
  code: call.code,
  api_key_id: call.apiKeyId,
  address: call.address,
  license_key: call.maskedKey,
  identifier: call.identifier,
  duration_ms: call.durationMs,
})
