import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { Empty } from '../parts/loading'
import { Card } from '../parts/page'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { type LicenseDetails, licenseInput, type SeatDetails, useLicenseSearch } from './data'
import { DeedButton } from './deed-button'
import { freed } from './expected'
import { licenseTexts } from './texts'

/** The devices on the seats, with when each was last seen, and the freed ones. */
export function SeatsCard({ license }: { license: LicenseDetails }) {
  const t = useTexts(licenseTexts)
  const { activations, activation_limit, seats_taken } = license
  const taken = activations.filter(({ status }) => status === 'active')
  const past = activations.filter(({ status }) => status !== 'active')
  const limit = activation_limit > 0 ? formatNumber(activation_limit) : '∞'
  return (
    <Card
      title={t.seatsTitle(formatNumber(seats_taken), limit)}
      actions={
        taken.length > 1 && (
          <DeedButton
            license={license}
            command="activation deactivate"
            input={{ ...licenseInput(license), all: true }}
            label={t.freeAll}
            done={t.allFreed}
            kind="danger"
            isUndoable
          />
        )
      }
    >
      {taken.length ? (
        <SeatTable license={license} seats={taken} caption={t.takenSeats} />
      ) : (
        <Empty title={t.noSeats} />
      )}
      {past.length > 0 && (
        <details className="no-print">
          <summary>{t.pastSeats(formatNumber(past.length))}</summary>
          <SeatTable license={license} seats={past} caption={t.freedSeats} />
        </details>
      )}
    </Card>
  )
}

interface TableProps {
  license: LicenseDetails
  seats: readonly SeatDetails[]
  caption: string
}

function SeatTable({ license, seats, caption }: TableProps) {
  const t = useTexts(licenseTexts)
  const columns: Column<SeatDetails>[] = [
    { key: 'device', heading: t.device, cell: ({ identifier }) => identifier },
    {
      key: 'seen',
      heading: t.lastSeen,
      cell: ({ last_verified_at: at }) => (at ? <Time at={at} isRelative /> : t.never),
    },
    { key: 'since', heading: t.since, cell: ({ activated_at }) => <Time at={activated_at} /> },
    { key: 'address', heading: t.address, cell: ({ ip }) => ip || '–' },
    {
      key: 'actions',
      heading: t.actions,
      cell: (seat) => <SeatActions license={license} seat={seat} />,
    },
  ]
  return <Table caption={caption} columns={columns} rows={seats} keyOf={({ id }) => String(id)} />
}

function SeatActions({ license, seat }: { license: LicenseDetails; seat: SeatDetails }) {
  const t = useTexts(licenseTexts)
  const { change } = useLicenseSearch()
  const { identifier, status, deactivated_at } = seat
  return (
    <div className="no-print flex flex-wrap items-start gap-2">
      <Button aria-label={t.checkDevice(identifier)} onClick={() => change({ device: identifier })}>
        {t.check}
      </Button>
      {status === 'active' ? (
        <DeedButton
          license={license}
          command="activation deactivate"
          input={{ ...licenseInput(license), identifier }}
          label={t.free}
          name={t.freeDevice(identifier)}
          done={t.freedDevice(identifier)}
          expected={freed(identifier)}
          isUndoable
        />
      ) : (
        <Badge>
          {t.freedAt} <Time at={deactivated_at} isRelative />
        </Badge>
      )}
    </div>
  )
}
