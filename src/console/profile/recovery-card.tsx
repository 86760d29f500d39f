import { useState } from 'react'
import { useChange } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Card, Facts } from '../parts/page'
import { ConfirmDialog } from './confirm-dialog'
import { RecoveryCodesDialog } from './recovery-codes-dialog'
import { profileTexts } from './texts'

/** How many recovery codes are left, and new ones. */
export function RecoveryCard({ user, left }: { user: string; left: number }) {
  const t = useTexts(profileTexts)
  const [open, setOpen] = useState<'ask' | 'codes'>()
  const renew = useChange('POST /users/:user/recovery-codes', () => setOpen('codes'))
  const close = () => setOpen(undefined)
  return (
    <Card title={t.recovery} actions={<Button onClick={() => setOpen('ask')}>{t.renew}</Button>}>
      <p className="text-muted">{t.recoveryNote}</p>
      <Facts facts={[[t.left, formatNumber(left)]]} />
      {open === 'ask' && (
        <ConfirmDialog
          title={t.renew}
          note={t.renewNote}
          action={t.renew}
          change={renew}
          onConfirm={() => renew.mutate({ user })}
          onClose={close}
        />
      )}
      {open === 'codes' && renew.data && <RecoveryCodesDialog codes={renew.data.recovery_codes} onDone={close} />}
    </Card>
  )
}
