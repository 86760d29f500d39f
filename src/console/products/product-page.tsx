import { Link, useNavigate, useParams } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { buttonClass } from '../parts/button'
import { Answered } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { ClientCodeButton } from './client-code'
import { Counted } from './counted'
import { ProductLists } from './product-lists'
import { productTexts } from './texts'

type Shown = Answer<'GET /products/:product'>

const settings = [
  'name',
  'slug',
  'description',
  'status',
  'source',
  'external_reference',
  'post_url',
  'require_non_expired',
  'changelog',
  'offline_grace_days',
  'low_stock',
]

/** `/console/products/1`: a product, its settings, stock, features and metadata. */
export function ProductPage() {
  const { product } = useParams({ strict: false }) as { product: string }
  return (
    <Answered query={useAsk('GET /products/:product', { product })}>
      {(shown) => <Product key={product} product={shown} />}
    </Answered>
  )
}

function Product({ product }: { product: Shown }) {
  const t = useTexts(productTexts)
  const navigate = useNavigate()
  const fixed = { product: String(product.id) }
  const isActive = product.status === 'active'
  return (
    <Page
      title={product.name}
      actions={
        <>
          <OperationButton
            command="product set"
            role="operator"
            label={t.edit}
            kind="primary"
            fixed={fixed}
            current={Object.fromEntries(settings.map((name) => [name, product[name as 'name'] ?? '']))}
            only={settings}
          />
          <OperationButton
            command="product set"
            role="operator"
            label={isActive ? t.deactivate : t.activate}
            fixed={{ ...fixed, status: isActive ? 'inactive' : 'active' }}
            only={[]}
          />
          <ClientCodeButton product={product} />
          <OperationButton
            command="product delete"
            role="operator"
            label={t.remove}
            kind="danger"
            fixed={fixed}
            onDone={() => navigate({ to: '/products' })}
          />
        </>
      }
    >
      <Settings product={product} />
      <Counts product={product} />
      <ProductLists product={product} />
    </Page>
  )
}

function Settings({ product }: { product: Shown }) {
  const t = useTexts(productTexts)
  const parts = useTexts(partTexts)
  const { status, low_stock, key_id } = product
  return (
    <Card
      title={t.settings}
      actions={
        key_id === null && (
          <OperationButton
            command="key generate"
            role="owner"
            label={t.ownKey}
            fixed={{ product: String(product.id) }}
          />
        )
      }
    >
      <Facts
        facts={[
          [
            t.status,
            <Badge key="status" tone={status === 'active' ? 'good' : 'warn'}>
              {status}
            </Badge>,
          ],
          [t.slug, product.slug ?? '–'],
          [t.description, product.description || '–'],
          [t.source, product.source],
          [t.externalReference, product.external_reference || '–'],
          [t.postUrl, product.post_url || '–'],
          [t.requireNonExpired, product.require_non_expired ? parts.yes : parts.no],
          [t.changelog, product.changelog === 'on' ? parts.yes : parts.no],
          [t.graceDays, String(product.offline_grace_days)],
          [t.lowStock, low_stock ? t.keysForSale(String(low_stock)) : t.never],
          [t.signingKey, key_id === null ? t.globalKey : <code key="key">{key_id}</code>],
          ['UUID', <code key="uuid">{product.uuid}</code>],
          [t.created, <Time key="created" at={product.created_at} />],
          [t.updated, <Time key="updated" at={product.updated_at} />],
        ]}
      />
    </Card>
  )
}

function Counts({ product: { id, counts, low_stock } }: { product: Shown }) {
  const t = useTexts(productTexts)
  const product = String(id)
  const links = [
    [t.toLicenses, '/licenses'],
    [t.toGenerators, '/generators'],
    [t.toContracts, '/contracts'],
    [t.toReleases, '/releases'],
  ] as const
  return (
    <Card title={t.counts}>
      <Facts
        facts={[
          [
            t.forSale,
            <span key="sale">
              <Counted count={counts.for_sale} /> {counts.for_sale < low_stock && <Badge tone="bad">{t.low}</Badge>}
            </span>,
          ],
          [t.available, <Counted key="available" count={counts.available} />],
          [t.assigned, <Counted key="assigned" count={counts.assigned} />],
          [t.reserved, <Counted key="reserved" count={counts.reserved} />],
          [t.blocked, <Counted key="blocked" count={counts.blocked} />],
        ]}
      />
      <div className="flex flex-wrap gap-2">
        {links.map(([label, to]) => (
          <Link key={to} to={to as never} search={{ product } as never} className={buttonClass()}>
            {label}
          </Link>
        ))}
      </div>
    </Card>
  )
}
