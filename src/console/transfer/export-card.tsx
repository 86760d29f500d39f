import { useMutation } from '@tanstack/react-query'
import { respond } from '../api/client'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { Card } from '../parts/page'
import { saveFile } from '../parts/save-file'
import { transferTexts } from './texts'

const tables = ['licenses', 'products', 'generators', 'contracts', 'blocklist', 'webhooks'] as const
const ownersTables = ['api_keys', 'signing_keys'] as const

interface Wanted {
  table: string
  format: 'csv' | 'jsonl'
}

/** Every table as a file. */
export function ExportCard() {
  const t = useTexts(transferTexts)
  const isOwner = useMay('owner')
  const save = useMutation<void, Error, Wanted>({
    async mutationFn({ table, format }) {
      const response = await respond('GET /export/:table', { table, format })
      saveFile(`${table}.${format}`, await response.blob())
    },
  })
  return (
    <Card title={t.export}>
      <p className="text-muted">{t.exportAbout}</p>
      <ErrorBox error={save.error} />
      <ul className="flex flex-col gap-2">
        {[...tables, ...(isOwner ? ownersTables : [])].map((table) => (
          <li key={table} className="flex flex-wrap items-center gap-2">
            <span className="min-w-32">{table}</span>
            <Button
              aria-label={t.exportCsv(table)}
              disabled={save.isPending}
              onClick={() => save.mutate({ table, format: 'csv' })}
            >
              CSV
            </Button>
            <Button
              aria-label={t.exportJson(table)}
              disabled={save.isPending}
              onClick={() => save.mutate({ table, format: 'jsonl' })}
            >
              JSON
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
