import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { formatNumber, formatTime } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { buttonClass } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { Dialog } from '../parts/dialog'
import { Answered } from '../parts/loading'
import { Facts } from '../parts/page'
import { Time } from '../parts/time'
import { BlockButton } from './block-button'
import type { CallSearch } from './search'
import { callTexts } from './texts'

interface Props {
  id: number
  search: CallSearch
  onClose(): void
}

/** All that is known of a call, the licence it was about, and what can be done about it. */
export function CallDetails({ id, search, onClose }: Props) {
  const t = useTexts(callTexts)
  const query = useAsk('GET /calls/:id', { id })
  const isThere = query.data?.id === id
  const shown = isThere ? query.data : undefined
  return (
    <Dialog title={shown ? t.details(formatTime(shown.at)) : t.findLicence} isOpen onClose={onClose}>
      <Answered query={{ ...query, data: shown }}>
        {(call) => (
          <>
            <Facts facts={factsOf(call, t)} />
            <div className="flex flex-wrap gap-2">
              {call.license_id !== null && (
                <>
                  <Link
                    to="/licenses/$id"
                    params={{ id: String(call.license_id) }}
                    search={call.identifier ? { device: call.identifier } : {}}
                    className={buttonClass('primary')}
                  >
                    {t.open}
                  </Link>
                  <FilterLink search={{ ...search, license: `id:${call.license_id}` }}>{t.ofLicense}</FilterLink>
                </>
              )}
              <FilterLink search={{ ...search, address: call.address }}>{t.ofAddress}</FilterLink>
              <BlockButton kind="ip" value={call.address} label={t.blockAddress} />
              {call.identifier && (
                <>
                  <FilterLink search={{ ...search, device: call.identifier }}>{t.ofDevice}</FilterLink>
                  <BlockButton kind="identifier" value={call.identifier} label={t.blockDevice} />
                </>
              )}
              <CopyButton text={call.request_id} label={t.copyId} />
            </div>
          </>
        )}
      </Answered>
    </Dialog>
  )
}

const FilterLink = ({ search, children }: { search: CallSearch; children: ReactNode }) => {
  const { call: _, pages: __, ...kept } = search
  return (
    <Link to="/calls" search={kept} className={buttonClass()}>
      {children}
    </Link>
  )
}

const factsOf = (
  call: Answer<'GET /calls/:id'>,
  t: (typeof callTexts)['en'],
): (readonly [name: string, value: ReactNode])[] => [
  [t.at, <Time key="at" at={call.at} />],
  [t.endpoint, call.route],
  [
    t.answer,
    <span key="answer">
      <Badge tone={call.is_good ? 'good' : 'bad'}>{call.code}</Badge> {call.message}
    </span>,
  ],
  [t.licence, licenceOf(call, t)],
  [t.device, call.identifier ?? t.none],
  [t.apiKey, call.api_key_id === null ? t.none : `#${call.api_key_id}`],
  [t.address, call.address],
  [t.duration, t.ms(formatNumber(call.duration_ms))],
  [t.requestId, <code key="id">{call.request_id}</code>],
]

function licenceOf({ license_key, license_id }: Answer<'GET /calls/:id'>, t: (typeof callTexts)['en']) {
  if (!license_key) return t.noKey
  return license_id === null ? `${license_key}: ${t.noLicence}` : license_key
}
