import type { Answer } from '../api/client'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { releaseTexts } from './texts'

export type Release = Answer<'GET /releases/:id'>

export function ReleaseBadge({ release: { published } }: { release: Release }) {
  const t = useTexts(releaseTexts)
  return <Badge tone={published ? 'good' : 'plain'}>{published ? t.published : t.draft}</Badge>
}

/** A release's date as the server says it, in UTC, as ISO 8601. */
export const isoDate = (date: string) => `${date.replace(' ', 'T')}Z`
