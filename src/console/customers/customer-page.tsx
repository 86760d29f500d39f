import { Link, useNavigate, useParams } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { useSession } from '../api/session'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { StateBadge } from '../license/state-badge'
import { Badge } from '../parts/badge'
import { LicenseLink } from '../parts/license-link'
import { Answered, Empty } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { CustomerActions } from './customer-actions'
import { CustomerData } from './customer-data'
import { customerTexts } from './texts'

type Shown = Answer<'GET /customers/:email'>

/** `/console/customers/4711`: the customer who owns licence 4711, so that no address stands in that of the page. */
export function CustomerPage() {
  const { license } = useParams({ strict: false }) as { license: string }
  const navigate = useNavigate()
  const email = `id:${license}`
  return (
    <Answered query={useAsk('GET /customers/:email', { email })}>
      {(customer) => (
        <Customer key={license} email={email} customer={customer} onGone={() => navigate({ to: '/customers' })} />
      )}
    </Answered>
  )
}

interface Props {
  email: string
  customer: Shown
  onGone(): void
}

function Customer({ email, customer, onGone }: Props) {
  const t = useTexts(customerTexts)
  const { data: session } = useSession()
  const { name, licenses, license_list, seats, seats_taken, other_names, devices } = customer
  return (
    <Page title={name ?? customer.email} actions={<CustomerActions email={email} customer={customer} />}>
      {session?.role === 'support' && <p className="text-sm text-muted">{t.support}</p>}
      <Card>
        <Facts
          facts={[
            [t.address, customer.email],
            [t.name, name ?? '–'],
            ...(other_names.length ? [[t.otherNames, other_names.join(', ')] as const] : []),
            [t.licenses, formatNumber(licenses)],
            [t.seats, t.seatsOf(formatNumber(seats_taken), seats === null ? t.anyNumber : formatNumber(seats))],
            [t.lastSeen, customer.last_seen_at ? <Time key="seen" at={customer.last_seen_at} isRelative /> : t.never],
          ]}
        />
      </Card>
      <Card title={t.licenses}>
        {license_list.length < licenses && (
          <p className="text-sm text-muted">
            {t.latestLicenses(formatNumber(license_list.length), formatNumber(licenses))}
          </p>
        )}
        <Licenses rows={license_list} />
      </Card>
      <Card title={t.devices}>{devices.length ? <Devices rows={devices} /> : <Empty title={t.noDevice} />}</Card>
      <CustomerData email={email} onGone={onGone} />
    </Page>
  )
}

function Licenses({ rows }: { rows: Shown['license_list'] }) {
  const t = useTexts(customerTexts)
  return (
    <Table
      caption={t.licenses}
      rows={rows}
      keyOf={({ id }) => String(id)}
      columns={[
        {
          key: 'key',
          heading: t.licenseKey,
          cell: ({ id, license_key }) => <LicenseLink id={id} text={license_key} />,
        },
        {
          key: 'product',
          heading: t.product,
          cell: ({ product_id, product_name }) => (
            <Link
              to={'/products/$product' as never}
              params={{ product: String(product_id) } as never}
              className="text-accent underline"
            >
              {product_name}
            </Link>
          ),
        },
        { key: 'state', heading: t.state, cell: ({ state }) => <StateBadge state={state} /> },
        {
          key: 'seats',
          heading: t.seats,
          cell: ({ seats_taken, activation_limit }) =>
            t.seatsOf(formatNumber(seats_taken), activation_limit > 0 ? formatNumber(activation_limit) : t.anyNumber),
        },
        { key: 'ends', heading: t.ends, cell: ({ expires_at }) => (expires_at ? <Time at={expires_at} /> : t.never) },
      ]}
    />
  )
}

function Devices({ rows }: { rows: Shown['devices'] }) {
  const t = useTexts(customerTexts)
  return (
    <Table
      caption={t.devices}
      rows={rows}
      keyOf={({ id }) => String(id)}
      columns={[
        {
          key: 'device',
          heading: t.device,
          cell: ({ identifier }) => identifier,
        },
        {
          key: 'seat',
          heading: t.seat,
          cell: ({ status }) => (
            <Badge tone={status === 'active' ? 'good' : 'plain'}>{status === 'active' ? t.taken : t.freed}</Badge>
          ),
        },
        {
          key: 'license',
          heading: t.licenseKey,
          cell: ({ license_id, license_key }) => <LicenseLink id={license_id} text={license_key} />,
        },
        { key: 'since', heading: t.since, cell: ({ activated_at }) => <Time at={activated_at} /> },
        {
          key: 'seen',
          heading: t.lastSeen,
          cell: ({ last_verified_at }) => (last_verified_at ? <Time at={last_verified_at} isRelative /> : t.never),
        },
      ]}
    />
  )
}
