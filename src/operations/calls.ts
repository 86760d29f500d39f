import { Type } from '@sinclair/typebox'
import { resolveApiKey } from '../access/service'
import { endpointName, routesNamed } from '../call-log/endpoints'
import { findCall, pageCalls } from '../call-log/recorder'
import { goodCodes } from '../call-log/successes'
import { CallView, callView } from '../call-log/view'
import { licenseKeyOf } from '../features/licenses/operator'
import { findCalledLicense, findLicenseOfDevice } from '../features/support/called'
import { integer, text } from '../intake/model'
import { OperatorError } from '../kernel/operator-error'
import { sha256 } from '../kernel/secrets'
import { nullable, view } from '../kernel/view'
import { runCommand } from '../upkeep/subprocess'
import { callFilters } from './call-filters'
import { callStatsOperation } from './call-stats'
import { period, rangeOf } from './filters'
import { facts, second } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'
import { argumentsOf } from './option-names'

const list = listing({
  command: 'call list',
  route: 'GET /calls',
  summary: 'list requests of clients and their answers, newest first',
  plural: 'calls',
  row: CallView,
  filters: Type.Object({
    license: Type.Optional(text({ description: 'Only calls about this licence key, or id:4711.' })),
    address: Type.Optional(text({ maxLength: 45, description: 'Only calls from this address.' })),
    device: Type.Optional(text({ maxLength: 255, description: 'Only calls of this device: its identifier, whole.' })),
    request_id: Type.Optional(text({ maxLength: 255, description: 'Only the call with this request id.' })),
    ...callFilters,
    since: Type.Optional(integer({ minimum: 0, description: 'Only calls after the one with this id.' })),
    ...period,
  }),
  sorts: ['-at'],
  async page({ db, now, folder, isServer }, filters, wanted) {
    const { license, address, device, request_id, api_key, code, failed, route, since, from, to } = filters
    const isRare = address !== undefined || device !== undefined || request_id !== undefined
    // No index serves these filters, so a server searches in a subprocess and no request waits.
    if (isServer && isRare && since === undefined) {
      const { calls: rows, next } = (await runCommand(folder, ['call', 'list', ...argumentsOf(filters, wanted)])).value
      return { rows, next }
    }
    const filter = {
      since,
      address,
      identifier: device,
      requestId: request_id,
      licenseHash: license === undefined ? undefined : sha256(await licenseKeyOf(db.read, license)),
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

const show = operation({
  command: 'call show',
  route: 'GET /calls/:id',
  role: 'viewer',
  summary: 'show a request of a client and the licence it was about',
  input: Type.Object({ id: integer({ minimum: 1, description: 'The id, from the list.' }) }),
  output: view('ShownCall', {
    ...CallView.properties,
    license_id: nullable(
      Type.Integer({
        description: 'The licence with the key as it was sent; null if there is none, or no key was sent.',
      }),
    ),
  }),
  async run({ db, folder, isServer }, { id }) {
    const call = await findCall(db.read, id)
    if (!call) throw new OperatorError(`there is no call ${id}, or not any more`, 'not_found')
    const ofDevice = await findLicenseOfDevice(db.read, call)
    if (ofDevice || !call.licenseHash) return { ...callView(call), license_id: ofDevice ?? null }
    // Many keys may begin alike, so a server searches in a subprocess.
    if (isServer) return (await runCommand(folder, ['call', 'show', String(id)])).value
    return { ...callView(call), license_id: (await findCalledLicense(db.read, call)) ?? null }
  },
  show: facts,
})

export const calls = {
  name: 'call',
  about: 'requests of clients and their answers, licence keys masked',
  operations: [list, show, callStatsOperation],
} as const satisfies Subject
