import type { Finding } from '../kernel/rule'
import { table } from './lines'

/** What rules have found, as a table: one row for each. */
export const ruleLines = (rules: readonly Finding[]) =>
  table(
    ['', 'CODE', 'RULE', 'OBSERVED'],
    rules.map(({ holds, code, requirement, observed }) => [
      holds === null ? '–' : holds ? '✓' : '✗',
      String(code),
      requirement,
      holds === null ? 'not asked' : observed,
    ]),
    '',
  )
