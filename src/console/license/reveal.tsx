import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { call } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { type LicenseDetails, licenseInput } from './data'
import { licenseTexts } from './texts'

interface Props {
  license: LicenseDetails
  what: 'license reveal' | 'customer reveal'
  title: string
  onClose(): void
}

/** Shows a licence key or the address of its owner in full to support, for a reason that the audit log keeps. */
export function RevealDialog({ license, what, title, onClose }: Props) {
  const t = useTexts(licenseTexts)
  const revealed = useMutation<string, Error, string>({
    async mutationFn(reason) {
      const input = { ...licenseInput(license), reason }
      if (what === 'license reveal') return (await call('POST /licenses/:license_key/reveal', input)).license_key
      const { owner_name, owner_email } = await call('POST /licenses/:license_key/owner/reveal', input)
      return [owner_name, owner_email].filter(Boolean).join(' · ')
    },
  })

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    revealed.mutate(String(new FormData(event.currentTarget).get('reason') ?? ''))
  }

  return (
    <Dialog title={title} isOpen onClose={onClose}>
      {revealed.data === undefined ? (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            name="reason"
            label={t.revealReason}
            description={t.revealNote}
            required
            error={fieldErrorOf(revealed.error, 'reason')}
          />
          <ErrorBox error={revealed.error} />
          <div>
            <Button type="submit" kind="primary" disabled={revealed.isPending}>
              {title}
            </Button>
          </div>
        </form>
      ) : (
        <div role="status" className="flex flex-col gap-2">
          <code>{revealed.data}</code>
          <div>
            <CopyButton text={revealed.data} />
          </div>
        </div>
      )}
    </Dialog>
  )
}
