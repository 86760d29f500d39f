import { basePath } from '../api/base-path'
import type { Answer } from '../api/client'
import { useTexts } from '../i18n/texts'
import { SecretOnce } from '../parts/copy'
import { Dialog } from '../parts/dialog'
import { Time } from '../parts/time'
import { userTexts } from './texts'

export type OneTimeLink = Answer<'POST /users/:user/invitation'>

/** A link to hand over, shown once, with the address at which this browser finds the server. */
export function OneTimeLinkDialog({ link, onClose }: { link: OneTimeLink; onClose(): void }) {
  const t = useTexts(userTexts)
  return (
    <Dialog title={t.linkTitle} isOpen onClose={onClose}>
      <p>{t.linkNote(link.user)}</p>
      <p>
        {t.linkUntil} <Time at={link.expires_at} />
      </p>
      <SecretOnce name={t.link} secret={`${location.origin}${basePath}${link.path}`} />
    </Dialog>
  )
}
