import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Badge, type Tone } from '../parts/badge'
import { Button } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { Answered } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { saveFile } from '../parts/save-file'
import { ScrollArea } from '../parts/scroll-area'
import { Time } from '../parts/time'
import { signingKeyTexts } from './texts'

type Key = Answer<'GET /signing-keys'>['keys'][number]

const tones: Record<Key['state'], Tone> = { current: 'good', coming: 'plain', outgoing: 'warn', retired: 'plain' }
const order: readonly Key['state'][] = ['current', 'outgoing', 'coming', 'retired']

/** The keys that sign answers, how far a rotation is, and who still relies on an old key. */
export function SigningKeysPage() {
  const t = useTexts(signingKeyTexts)
  const query = useAsk('GET /signing-keys', {})
  return (
    <Page
      title={t.title}
      actions={
        <>
          <OperationButton command="key generate" role="owner" label={t.generate} />
          <OperationButton command="key import" role="owner" label={t.importKey} />
        </>
      }
    >
      <p className="text-muted">{t.about}</p>
      <Answered query={query}>
        {({ keys }) =>
          keys
            .filter(({ algorithm }) => algorithm === 'RS256')
            .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
            .map((key) => (
              <KeyCard
                key={key.key_id}
                signingKey={key}
                companion={companionOf(key, keys)}
                successor={successorOf(key, keys)}
              />
            ))
        }
      </Answered>
    </Page>
  )
}

const successorOf = (key: Key, keys: readonly Key[]) =>
  keys.find(
    (each) =>
      each.algorithm === key.algorithm &&
      each.product_id === key.product_id &&
      each.key_id !== key.key_id &&
      /current|coming/.test(each.state),
  )

const companionOf = ({ key_id }: Key, keys: readonly Key[]) =>
  keys.find(({ algorithm, certified_by }) => algorithm === 'ES256' && certified_by === key_id)

interface CardProps {
  signingKey: Key
  companion: Key | undefined
  successor: Key | undefined
}

function KeyCard({ signingKey: key, companion, successor }: CardProps) {
  const t = useTexts(signingKeyTexts)
  const isLive = key.state === 'current' || key.state === 'outgoing'
  const scope = key.product_id === null ? {} : { product: String(key.product_id) }
  return (
    <Card
      title={`${key.product_id === null ? t.global : t.ofProduct(String(key.product_id))} · ${key.key_id}`}
      actions={
        <>
          {key.state === 'current' && (
            <OperationButton
              command="key rotate"
              role="owner"
              label={t.rotate}
              fixed={scope}
              initial={{ overlap: '30d' }}
            />
          )}
          {key.state === 'outgoing' && (
            <OperationButton
              command="key retire"
              role="owner"
              label={t.retire}
              kind="danger"
              fixed={{ key_id: key.key_id }}
            />
          )}
        </>
      }
    >
      <p>
        <Badge tone={tones[key.state]}>{t[key.state]}</Badge> <State signingKey={key} />
      </p>
      {key.state === 'outgoing' && <Overlap keys={companion ? [key, companion] : [key]} successor={successor} />}
      <Facts
        facts={[
          [t.size, `RSA-${key.bits}`],
          [t.made, <Time key="made" at={key.created_at} />],
          ...(key.certified_by ? [[t.certifiedBy, key.certified_by] as const] : []),
          ...(isLive ? [[t.uses, <Uses key="uses" signingKey={key} />] as const] : []),
        ]}
      />
      <PublicHalf signingKey={key} />
      {companion && (
        <>
          <p className="text-muted">{t.companionNote}</p>
          <Facts
            facts={[
              [t.companion, companion.key_id],
              ...(isLive ? [[t.companionUses, <Uses key="uses" signingKey={companion} />] as const] : []),
            ]}
          />
          <PublicHalf signingKey={companion} />
        </>
      )}
    </Card>
  )
}

function Uses({ signingKey: { uses } }: { signingKey: Key }) {
  const t = useTexts(signingKeyTexts)
  return <>{t.usesOf(formatNumber(uses.named), formatNumber(uses.unnamed))}</>
}

function PublicHalf({ signingKey: { key_id, algorithm, public_key } }: { signingKey: Key }) {
  const t = useTexts(signingKeyTexts)
  const name = `${t.publicKey} (${algorithm})`
  return (
    <>
      <details>
        <summary>{name}</summary>
        <ScrollArea name={`${name} ${key_id}`}>
          <pre className="pt-2 text-xs">{public_key.trim()}</pre>
        </ScrollArea>
      </details>
      <div className="no-print flex flex-wrap gap-2">
        <CopyButton text={public_key} label={t.copy} />
        <Button onClick={() => saveFile(`${key_id}.pem`, new Blob([public_key]))}>{t.download}</Button>
      </div>
    </>
  )
}

function State({ signingKey: { state, active_from, retired_at } }: { signingKey: Key }) {
  const t = useTexts(signingKeyTexts)
  if (state === 'current') return <>{t.signs}</>
  const [sentence, at] =
    state === 'coming'
      ? [t.comesFrom, active_from]
      : state === 'outgoing'
        ? [t.goesAt, retired_at]
        : [t.wentAt, retired_at]
  return (
    <>
      {sentence} <Time at={at} />.
    </>
  )
}

/** How far the overlap is, and whether clients still name the old key. */
function Overlap({ keys, successor }: { keys: readonly [Key, ...Key[]]; successor: Key | undefined }) {
  const t = useTexts(signingKeyTexts)
  const [key] = keys
  const named = keys.reduce((sum, { uses }) => sum + uses.named, 0)
  const from = Date.parse(successor?.created_at ?? key.created_at)
  const until = Date.parse(key.retired_at ?? '')
  const part = until > from ? Math.min(1, Math.max(0, (Date.now() - from) / (until - from))) : 1
  const percent = String(Math.round(part * 100))
  return (
    <>
      <progress className="w-full accent-accent" value={part} aria-label={t.overlap}>
        {percent} %
      </progress>
      <p className="text-sm">
        {t.overlapPart(percent)}. {named ? t.stillUsed(formatNumber(named)) : t.noLongerUsed}
      </p>
    </>
  )
}
