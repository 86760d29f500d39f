import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { basePath } from '../api/base-path'
import { useAsk, useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { OperationButton } from '../commands/operation-dialog'
import { formatBytes } from '../i18n/bytes'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button, buttonClass } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { Answered } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { TextBlock } from '../parts/text-block'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { announce } from '../parts/toast'
import { useNameOfProduct } from '../products/product-names'
import { isoDate, type Release, ReleaseBadge } from './release-parts'
import { releaseTexts } from './texts'

/** `/console/releases/4`: a release, its file and what is new in it. */
export function ReleasePage() {
  const t = useTexts(releaseTexts)
  const { release: id } = useParams({ from: '/releases/$release' })
  const nameOf = useNameOfProduct()
  const query = useAsk('GET /releases/:id', { id: Number(id) })
  return (
    <Answered query={query}>
      {(release) => (
        <Page
          title={t.release(release.version, nameOf(release.product_id))}
          actions={
            <>
              <Link to="/releases" className={buttonClass()}>
                {t.back}
              </Link>
              <ReleaseActions release={release} />
            </>
          }
        >
          <Card>
            <Facts
              facts={[
                [t.state, <ReleaseBadge key="state" release={release} />],
                [t.number, String(release.numeric_version)],
                [t.date, <Time key="date" at={isoDate(release.release_date)} />],
                [t.downloads, formatNumber(release.download_counter)],
                [t.file, `${release.file_name}, ${formatBytes(release.file_size)}`],
                [t.sha256, <code key="hash">{release.sha256}</code>],
                [t.summary, release.update_summary || t.noChangelog],
              ]}
            />
          </Card>
          <Card title={t.changelog}>
            {release.changelog ? (
              <TextBlock name={t.changelog} text={release.changelog} />
            ) : (
              <p className="text-muted">{t.noChangelog}</p>
            )}
          </Card>
        </Page>
      )}
    </Answered>
  )
}

function ReleaseActions({ release }: { release: Release }) {
  const t = useTexts(releaseTexts)
  const navigate = useNavigate()
  const mayChange = useMay('operator')
  const { id } = release
  if (!mayChange) return null
  return (
    <>
      <a className={buttonClass()} href={`${basePath}/admin/api/releases/${id}/file`} download>
        {t.download}
      </a>
      <Publication release={release} />
      <OperationButton
        command="release edit"
        role="operator"
        label={t.edit}
        fixed={{ id }}
        current={{
          version: release.version,
          update_summary: release.update_summary,
          changelog: release.changelog,
          release_date: isoDate(release.release_date),
        }}
      />
      <OperationButton
        command="release delete"
        role="operator"
        label={t.remove}
        kind="danger"
        fixed={{ id }}
        onDone={() => navigate({ to: '/releases' })}
      />
    </>
  )
}

/** Publishes or withdraws a release at once, and offers to take that back. */
function Publication({ release: { id, published } }: { release: Release }) {
  const t = useTexts(releaseTexts)
  const parts = useTexts(partTexts)
  const publish = useChange('POST /releases/:id/publish')
  const withdraw = useChange('POST /releases/:id/withdraw')
  const [change, reverse, said] = published
    ? ([withdraw, publish, t.isWithdrawn] as const)
    : ([publish, withdraw, t.isPublished] as const)
  return (
    <>
      <Button
        kind={published ? 'plain' : 'primary'}
        disabled={change.isPending}
        onClick={() =>
          change.mutate(
            { id },
            { onSuccess: () => announce(said, { label: parts.undo, run: () => reverse.mutate({ id }) }) },
          )
        }
      >
        {published ? t.withdraw : t.publish}
      </Button>
      <ErrorBox error={publish.error ?? withdraw.error} />
    </>
  )
}
