import { Elysia } from 'elysia'
import { endpoint, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { TelemetryFilter, TelemetryReport } from './model'
import { beyondQuota, getTelemetryData, sendTelemetryData } from './service'

/** Under the contract's names and those that SDKs use (CONTRACT §8, §11). */
export const telemetryRoutes = (deps: Deps) =>
  new Elysia()
    .use(under(deps, '/send-telemetry-data', '/get-telemetry-data'))
    .use(under(deps, '/send-telemetry', '/get-telemetry'))

const under = (deps: Deps, sendPath: string, getPath: string) =>
  new Elysia({ tags: ['Telemetry'] })
    .use(gate(deps))
    .post(
      sendPath,
      ({ body, admitted }) =>
        beyondQuota(deps, body, admitted) ??
        deps.once.perform(admitted, (tx) => sendTelemetryData(tx, body, admitted, deps.config)),
      endpoint('send-telemetry-data', TelemetryReport, {
        summary: 'Send a telemetry record; it is stored with flags, never rejected',
        says: ['correct_format_telemetry_saved', 'incorrect_format_telemetry_saved'],
      }),
    )
    .get(
      getPath,
      ({ query }) => getTelemetryData(deps.db.read, query),
      lookup('get-telemetry-data', TelemetryFilter, {
        summary: 'List telemetry records',
        says: ['telemetry_data_found'],
      }),
    )
