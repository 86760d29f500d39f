import { queryClient } from '../api/hooks'
import { loggedInAgain, useSessionEnded } from '../api/session-end'
import { useTexts } from '../i18n/texts'
import { Dialog } from '../parts/dialog'
import { LogInForm } from './log-in-form'
import { logInTexts } from './texts'

/** Asks to log in again over the page as it stands; what waits goes on afterwards. */
export function SessionEnded() {
  const t = useTexts(logInTexts)
  const isOver = useSessionEnded()
  if (!isOver) return null
  return (
    <Dialog title={t.again} isOpen isFixed onClose={() => {}}>
      <p>{t.againNote}</p>
      <LogInForm
        isOverPage
        onDone={() => {
          loggedInAgain()
          queryClient.invalidateQueries({ queryKey: ['GET /session'] })
        }}
      />
    </Dialog>
  )
}
