import { Type } from '@sinclair/typebox'
import { runCommand } from '../upkeep/subprocess'
import { type Today, TodayView, todayOf } from '../upkeep/today/service'
import { table } from './lines'
import { operation, type Subject } from './operation'

/** A server counts in a subprocess, since large tables take time. */
const statsOperation = operation({
  command: 'stats',
  route: 'GET /stats/today',
  role: 'viewer',
  summary: 'show the numbers of today, each with its value a week ago',
  input: Type.Object({}),
  output: TodayView,
  run: async ({ db, folder, now, isServer }) =>
    isServer ? ((await runCommand(folder, ['stats'])).value as Today) : todayOf(db.read, now),
  show: (today) => [
    ...table(
      ['', 'NOW', 'A WEEK AGO'],
      [
        row('active licences', today.active_licenses),
        row('activations today', today.activations_today),
        row('verifications in 24 hours', today.verifications_24h),
        row('of them refused', today.refused_verifications_24h),
        ['expiring in 14 days', String(today.expiring_14_days), ''],
      ],
      '',
    ),
    ...commonestOf(today),
  ],
})

const row = (name: string, { now, week_ago }: { now: number; week_ago: number }) => [
  name,
  String(now),
  String(week_ago),
]

const commonestOf = ({ refused_verifications_24h: { code, message, of_that_code } }: Today) =>
  code ? ['', `Refused most: ${code} ${message ?? ''}, ${of_that_code} times.`] : []

export const todayStats = {
  name: 'stats',
  about: 'the numbers of today, beside those of a week ago',
  operations: [statsOperation],
} as const satisfies Subject
