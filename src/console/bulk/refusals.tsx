import type { Answer } from '../api/client'
import { useTexts } from '../i18n/texts'
import { LicenseLink } from '../parts/license-link'
import { Table } from '../parts/table'
import { bulkTexts } from './texts'

export type Bulk = Answer<'GET /bulk/:id'>

/** The licences that stay as they were, and why. */
export function Refusals({ refusals, title }: { refusals: Bulk['refusals']; title: string }) {
  const t = useTexts(bulkTexts)
  if (!refusals.length) return null
  return (
    <div className="flex flex-col gap-2">
      <p>{title}</p>
      <div className="max-h-72 overflow-y-auto">
        <Table
          caption={title}
          rows={refusals}
          keyOf={({ id }) => String(id)}
          columns={[
            {
              ...{ key: 'licence', heading: t.licence },
              cell: ({ id, license_key }) =>
                license_key === null ? String(id) : <LicenseLink id={id} text={license_key} />,
            },
            { key: 'why', heading: t.why, cell: ({ reason }) => reason },
          ]}
        />
      </div>
    </div>
  )
}
