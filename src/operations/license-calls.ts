import { Type } from '@sinclair/typebox'
import { CallDayView, callDaysOf } from '../call-log/days'
import { requireLicense } from '../features/licenses/operator'
import { licenseReference } from '../features/licenses/operator-model'
import { integer } from '../intake/model'
import { view } from '../kernel/view'
import { table } from './lines'
import { operation } from './operation'

const usualDays = 30
const daysMax = 90

export const countLicenseCalls = operation({
  command: 'license calls',
  route: 'GET /licenses/:license_key/calls',
  role: 'viewer',
  summary: 'count what software asked about a licence, by day: good answers and refusals',
  input: Type.Object({
    license_key: licenseReference(),
    days: Type.Optional(
      integer({ minimum: 1, maximum: daysMax, description: `How many days, today included; default ${usualDays}.` }),
    ),
  }),
  output: view('LicenseCalls', {
    license_id: Type.Integer(),
    days: Type.Array(CallDayView, { description: 'Each day, today last.' }),
  }),
  async run({ db, now }, { license_key, days = usualDays }) {
    const { id, licenseKey } = await requireLicense(db.read, license_key)
    return { license_id: id, days: await callDaysOf(db.read, licenseKey, { days, now }) }
  },
  show: ({ days }) =>
    table(
      ['DAY (UTC)', 'GOOD', 'REFUSED'],
      days
        .filter(({ good, refused }) => good || refused)
        .map(({ day, good, refused }) => [day, String(good), String(refused)]),
      'There were no calls.',
    ),
})
