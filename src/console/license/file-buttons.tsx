import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { call } from '../api/client'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { saveFile } from '../parts/save-file'
import { announce } from '../parts/toast'
import { type LicenseDetails, licenseInput } from './data'
import { usePermitted } from './deed'
import { explanationTexts } from './explanation-texts'

const kinds = ['lic', 'json'] as const

/** Downloads the offline file of a device, for a customer whose machine has no network. */
export function FileButtons({ license, device }: { license: LicenseDetails; device: string }) {
  const t = useTexts(explanationTexts)
  const client = useQueryClient()
  const isPermitted = usePermitted()('license file')
  const file = useMutation<void, Error, (typeof kinds)[number]>({
    async mutationFn(kind) {
      const input = { ...licenseInput(license), identifier: device, kind }
      const { file_name, content } = await call('POST /licenses/:license_key/file', input)
      saveFile(file_name, new Blob([content], { type: 'application/octet-stream' }))
      announce(t.fileDone(device))
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['GET /licenses/:license_key'] }),
  })
  if (!isPermitted) return null
  return (
    <div className="flex flex-col gap-2">
      <p className="text-sm text-muted">{t.fileNote}</p>
      <div className="flex flex-wrap gap-2">
        {kinds.map((kind) => (
          <Button key={kind} disabled={file.isPending} onClick={() => file.mutate(kind)}>
            <Download aria-hidden size={16} />
            {kind === 'lic' ? t.fileLic : t.fileJson}
          </Button>
        ))}
      </div>
      <ErrorBox error={file.error} />
    </div>
  )
}
