import { Type } from '@sinclair/typebox'
import { resolveApiKey } from '../access/service'
import { endpointName, endpoints, routesNamed } from '../call-log/endpoints'
import { pageCalls } from '../call-log/recorder'
import { successes } from '../call-log/successes'
import { CallView, callView, messages } from '../call-log/view'
import { list as listOf, text, toggle } from '../intake/model'
import { declared } from '../kernel/answers'
import { sha256 } from '../kernel/secrets'
import { period, rangeOf, words } from './filters'
import { second } from './lines'
import { listing } from './listing'
import type { Subject } from './operation'

const goodCodes = [...new Set([...successes].map((answer) => String(declared(answer).code)))]

const list = listing({
  command: 'call list',
  route: 'GET /calls',
  summary: 'list requests of clients and their answers, newest first',
  plural: 'calls',
  row: CallView,
  filters: Type.Object({
    license: Type.Optional(text({ description: 'Only calls about this licence key.' })),
    api_key: Type.Optional(text({ description: 'Only calls with this API key, by its id or name.' })),
    code: words([...messages.keys()], 'Only calls that were answered with one of these codes', ['205', '202,302,210']),
    failed: Type.Optional(toggle({ description: 'Only calls that were refused.' })),
    route: Type.Optional(
      listOf({
        description: 'Only calls of these endpoints',
        examples: ['verify', '/api/v1/verify', 'POST /api/v1/verify', 'verify,activate'],
        fault: (route) =>
          routesNamed(route).length
            ? undefined
            : `There is no endpoint "${route}": choose from ${endpoints.join(', ')}.`,
      }),
    ),
    ...period,
  }),
  sorts: ['-at'],
  async page({ db, now }, { license, api_key, code, failed, route, from, to }, wanted) {
    const filter = {
      licenseHash: license === undefined ? undefined : sha256(license),
      apiKeyId: api_key === undefined ? undefined : await resolveApiKey(db.read, api_key),
      codes: code,
      exceptCodes: failed ? goodCodes : undefined,
      routes: route?.flatMap(routesNamed),
      ...rangeOf({ from, to }, now),
    }
    const { rows, next } = await pageCalls(db.read, filter, wanted)
    return { rows: rows.map(callView), next }
  },
  columns: {
    'AT (UTC)': ({ at }) => second(at),
    ENDPOINT: ({ route }) => endpointName(route),
    CODE: ({ code }) => code,
    ANSWER: ({ message }) => message ?? '–',
    'LICENCE KEY': ({ license_key }) => license_key ?? '–',
    DEVICE: ({ identifier }) => identifier ?? '–',
    'API KEY': ({ api_key_id }) => String(api_key_id ?? '–'),
    ADDRESS: ({ address }) => address,
    MS: ({ duration_ms }) => String(duration_ms),
  },
  none: 'There is no such call.',
})

export const calls = {
  name: 'call',
  about: 'requests of clients and their answers, licence keys masked',
  operations: [list],
} as const satisfies Subject
