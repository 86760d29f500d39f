import type { Answer } from '../api/client'
import { useChange } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { partTexts } from '../parts/texts'
import { announce } from '../parts/toast'
import type { OneTimeLink } from './one-time-link'
import { userTexts } from './texts'

export type User = Answer<'GET /users'>['users'][number]

interface Props {
  user: User
  /** Called with a link to hand over. */
  onLink(link: OneTimeLink): void
  /** Called to enable a user again. */
  onEnable(user: string): void
}

/** What an owner does with a user. */
export function UserActions({ user: { name, role, status, has_password }, onLink, onEnable }: Props) {
  const t = useTexts(userTexts)
  const parts = useTexts(partTexts)
  const fixed = { user: name }
  const handOver = (result: unknown) => onLink(result as OneTimeLink)
  const disable = useChange('POST /users/:user/disable', () =>
    announce(t.disabledNote(name), { label: parts.undo, run: () => onEnable(name) }),
  )
  const isActive = status === 'active'
  return (
    <div className="flex flex-wrap gap-1">
      <OperationButton command="user set" role="owner" label={t.changeRole} fixed={fixed} initial={{ role }} />
      {isActive && has_password && (
        <OperationButton command="user reset-link" role="owner" label={t.resetLink} fixed={fixed} onDone={handOver} />
      )}
      {isActive && !has_password && (
        <OperationButton
          command="user invite"
          role="owner"
          label={t.inviteAgain}
          fixed={{ ...fixed, role }}
          onDone={handOver}
        />
      )}
      {isActive && has_password && (
        <OperationButton command="user sessions revoke" role="owner" label={t.endSessions} fixed={fixed} only={[]} />
      )}
      {isActive ? (
        <Button disabled={disable.isPending} onClick={() => disable.mutate({ user: name })}>
          {t.disable}
        </Button>
      ) : (
        <Button onClick={() => onEnable(name)}>{t.enable}</Button>
      )}
      <OperationButton command="user delete" role="owner" label={t.remove} kind="danger" fixed={fixed} />
      <ErrorBox error={disable.error} />
    </div>
  )
}
