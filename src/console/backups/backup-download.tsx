import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { basePath } from '../api/base-path'
import { call } from '../api/client'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { backupTexts } from './texts'

/** Has the browser save a file of the server, without holding it in memory. */
function saveFrom(path: string) {
  const link = document.createElement('a')
  link.href = `${basePath}/admin/api${path}`
  link.download = ''
  link.click()
}

/** A button that downloads a backup, after the user has proven who they are. */
export function BackupDownload({ file }: { file: string }) {
  const t = useTexts(backupTexts)
  const [isOpen, setOpen] = useState(false)
  const prove = useMutation<unknown, Error, string>({
    mutationFn: (password) => call('POST /session/proof', { password }),
    onSuccess() {
      setOpen(false)
      saveFrom(`/backups/${encodeURIComponent(file)}`)
    },
  })

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    prove.mutate(String(new FormData(event.currentTarget).get('password')))
  }

  return (
    <>
      <Button aria-label={t.downloadOf(file)} onClick={() => setOpen(true)}>
        <Download aria-hidden size={16} />
        {t.download}
      </Button>
      <Dialog title={t.proof} isOpen={isOpen} onClose={() => setOpen(false)}>
        <p>{t.proofNote}</p>
        <form onSubmit={submit} className="flex flex-col gap-3">
          <TextField label={t.password} name="password" type="password" autoComplete="current-password" required />
          <ErrorBox error={prove.error} />
          <div>
            <Button type="submit" kind="primary" disabled={prove.isPending}>
              {t.download}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
