import { Link } from '@tanstack/react-router'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { LicenseLink } from '../parts/license-link'
import { Answered } from '../parts/loading'
import { Card } from '../parts/page'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { countedMs } from './polling'
import { todayTexts } from './texts'

const soon = { expires_from: '0d', expires_to: '+14d', sort: 'expires_at' } as const
const shown = 8

/** The licences that expire next. */
export function Expiring() {
  const t = useTexts(todayTexts)
  const next = useAsk('GET /licenses', { ...soon, limit: shown }, { everyMs: countedMs })
  const today = useAsk('GET /stats/today', {}, { everyMs: countedMs })
  const all = today.data?.expiring_14_days ?? 0
  const more = all > shown && (
    <Link to="/licenses" search={soon} className="text-sm text-accent underline">
      {t.allExpiring(formatNumber(all))}
    </Link>
  )
  return (
    <Card title={t.expiring} actions={more}>
      <Answered query={next}>
        {({ licenses }) =>
          licenses.length ? (
            <Table
              caption={t.expiring}
              rows={licenses}
              keyOf={({ id }) => String(id)}
              columns={[
                {
                  key: 'license',
                  heading: t.licence,
                  cell: ({ id, license_key }) => <LicenseLink id={id} text={license_key} />,
                },
                {
                  key: 'owner',
                  heading: t.owner,
                  cell: ({ owner_name, owner_email }) => owner_name ?? owner_email ?? '–',
                },
                { key: 'expires', heading: t.expires, cell: ({ expires_at }) => <Time at={expires_at} isRelative /> },
              ]}
            />
          ) : (
            <p className="text-muted">{t.noneExpiring}</p>
          )
        }
      </Answered>
    </Card>
  )
}
