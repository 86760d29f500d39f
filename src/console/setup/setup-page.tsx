import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../api/client'
import { queryClient, useAsk } from '../api/hooks'
import { useSession } from '../api/session'
import { useTexts } from '../i18n/texts'
import { ProofDialog } from '../log-in/proof-dialog'
import { SessionEnded } from '../log-in/session-ended'
import { forgetToken, tokenInAddress } from '../parts/link-token'
import { Answered, Loading } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { Time } from '../parts/time'
import { FirstSteps } from './first-steps'
import { OwnerForm } from './owner-form'
import { RestoreForm } from './restore-form'
import { setupTexts } from './texts'

/** The first set-up: the owner or a backup by the link, then the first steps of the owner. */
export function SetupPage() {
  const t = useTexts(setupTexts)
  const session = useSession()
  const [token] = useState(tokenInAddress)

  async function begin(owner: { name: string; password: string }) {
    await call('POST /session', owner)
    forgetToken()
    await queryClient.invalidateQueries({ queryKey: ['GET /session'] })
  }

  if (session.isPending) return <Loading />
  return (
    <Page title={t.title}>
      {session.data?.role === 'owner' ? (
        <>
          <FirstSteps />
          <SessionEnded />
          <ProofDialog />
        </>
      ) : token ? (
        <Begin token={token} onOwner={begin} />
      ) : (
        <p>{t.noToken}</p>
      )}
      {!session.data && (
        <p>
          <Link to="/" className="text-accent underline">
            {t.toLogIn}
          </Link>
        </p>
      )}
    </Page>
  )
}

interface Props {
  token: string
  onOwner(owner: { name: string; password: string }): Promise<void>
}

function Begin({ token, onOwner }: Props) {
  const t = useTexts(setupTexts)
  const query = useAsk('GET /setup', { token })
  const [isRestoring, setRestoring] = useState(false)
  return (
    <Answered query={query}>
      {({ expires_at, can_resize, can_restore }) => (
        <>
          {!isRestoring && (
            <>
              <p className="text-muted">
                {t.until} <Time at={expires_at} />
              </p>
              <Card title={t.ownerTitle}>
                <p>{t.ownerNote}</p>
                <OwnerForm token={token} canResize={can_resize} onDone={onOwner} />
              </Card>
            </>
          )}
          {(can_restore || isRestoring) && (
            <Card title={t.restoreTitle}>
              <RestoreForm token={token} onBegin={() => setRestoring(true)} />
            </Card>
          )}
        </>
      )}
    </Answered>
  )
}
