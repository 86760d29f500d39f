import { linkOptions } from '@tanstack/react-router'
import type { Answer } from '../api/client'

type Entry = Pick<Answer<'GET /audit/:id'>, 'subject' | 'subject_id' | 'verb' | 'batch'>

/** The page of what an entry is about; undefined if it has none, or is gone. */
export function subjectPage({ subject, subject_id: id, verb, batch }: Entry) {
  if (batch || verb.endsWith('.deleted') || !/^\d+$/.test(id)) return undefined
  switch (subject) {
    case 'license':
      return linkOptions({ to: '/licenses/$id', params: { id } })
    case 'webhook':
      return linkOptions({ to: '/webhooks/$webhook', params: { webhook: id } })
    case 'delivery':
      return linkOptions({ to: '/deliveries/$delivery', params: { delivery: id } })
    case 'api-key':
      return linkOptions({ to: '/api-keys/$key', params: { key: id } })
    case 'release':
      return linkOptions({ to: '/releases/$release', params: { release: id } })
    case 'job':
      return linkOptions({ to: '/jobs/$job', params: { job: id } })
    default:
      return undefined
  }
}
