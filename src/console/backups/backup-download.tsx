import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { basePath } from '../api/base-path'
import { call } from '../api/client'
import { ApiError } from '../api/errors'
import { requireProof } from '../api/proof'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { backupTexts } from './texts'

/** Has the browser save a file of the server, without holding it in memory. */
function saveFrom(path: string) {
  const link = document.createElement('a')
  link.href = `${basePath}/admin/api${path}`
  link.download = ''
  link.click()
}

/** Has the user prove who they are, unless they have lately: where the browser itself asks, no refusal is seen. */
async function ensureProof(message: string) {
  const { proven_until, proof_methods: proofMethods } = await call('GET /session', {})
  if (proven_until) return
  const common = { status: 403, code: 'proof_required', requestId: undefined, retryAfter: undefined }
  await requireProof(new ApiError({ ...common, message, proofMethods, fields: {}, remedies: [] }))
}

/** A button that downloads a backup, after the user has proven who they are. */
export function BackupDownload({ file }: { file: string }) {
  const t = useTexts(backupTexts)
  const download = useMutation({
    mutationFn: () => ensureProof(t.proofNote),
    onSuccess: () => saveFrom(`/backups/${encodeURIComponent(file)}`),
  })
  return (
    <>
      <Button aria-label={t.downloadOf(file)} disabled={download.isPending} onClick={() => download.mutate()}>
        <Download aria-hidden size={16} />
        {t.download}
      </Button>
      <ErrorBox error={download.error} />
    </>
  )
}
