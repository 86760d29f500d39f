import { useAsk } from '../api/hooks'
import { useSession } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Answered } from '../parts/loading'
import { Page } from '../parts/page'
import { AppCard } from './app-card'
import { PasskeysCard } from './passkeys-card'
import { PasswordCard } from './password-card'
import { RecoveryCard } from './recovery-card'
import { SessionsCard } from './sessions-card'
import { profileTexts } from './texts'
import { TokensCard } from './tokens-card'

/** What somebody logs in with, where they are logged in, and the tokens of their scripts. */
export function ProfilePage() {
  const t = useTexts(profileTexts)
  return (
    <Page title={t.title}>
      <Answered query={useSession()}>
        {({ user, needs_second_factor }) => (
          <>
            {needs_second_factor && (
              <p role="status" className="rounded-md border border-warn p-3">
                {t.required}
              </p>
            )}
            <Factors user={user} />
            {!needs_second_factor && (
              <>
                <SessionsCard user={user} />
                <TokensCard user={user} />
              </>
            )}
          </>
        )}
      </Answered>
    </Page>
  )
}

function Factors({ user }: { user: string }) {
  const query = useAsk('GET /users/:user/second-factor', { user })
  return (
    <Answered query={query}>
      {(factors) => (
        <>
          <AppCard user={user} since={factors.totp_since} />
          <PasskeysCard user={user} passkeys={factors.passkeys} />
          {(factors.totp_since !== null || factors.passkeys.length > 0) && (
            <RecoveryCard user={user} left={factors.recovery_codes_left} />
          )}
          <PasswordCard hasPassword={factors.has_password} issuers={factors.identities.map(({ issuer }) => issuer)} />
        </>
      )}
    </Answered>
  )
}
