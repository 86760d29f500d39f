import { formatDistance, formatTime, formatUtc } from '../i18n/format'
import { useLanguage } from '../i18n/language'
import { useTexts } from '../i18n/texts'
import { partTexts } from './texts'

interface Props {
  /** ISO 8601. */
  at: string | null | undefined
  /** Shows the distance from now: 3 days ago. */
  isRelative?: boolean
  /** Shows seconds, where many fall into one minute. */
  hasSeconds?: boolean
}

/** A moment in local time, with UTC on hover. */
export function Time({ at, isRelative, hasSeconds = false }: Props) {
  useLanguage()
  const t = useTexts(partTexts)
  if (!at) return <>{t.none}</>
  return (
    <time
      dateTime={at}
      title={isRelative ? `${formatTime(at)} · ${formatUtc(at)}` : formatUtc(at)}
      className="whitespace-nowrap"
    >
      {isRelative ? formatDistance(at) : formatTime(at, hasSeconds)}
    </time>
  )
}
