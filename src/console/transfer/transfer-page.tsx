import { useState } from 'react'
import { useAsk } from '../api/hooks'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { Answered, Empty } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { Table } from '../parts/table'
import { Time } from '../parts/time'
import { ExportCard } from './export-card'
import { ImportProgress } from './import-progress'
import { ImportWizard } from './import-wizard'
import { transferTexts } from './texts'

/** Files in and out: map the columns, try it, import it, fetch what was refused; each table as a file. */
export function TransferPage() {
  const t = useTexts(transferTexts)
  const mayImport = useMay('owner')
  const { search, change } = useAddress('import')
  const shown = search.import === undefined ? undefined : Number(search.import)
  // The file stays, so that an import follows its trial.
  const [file, setFile] = useState<File>()
  return (
    <Page title={t.title}>
      <Card title={t.import}>
        {mayImport ? (
          <ImportWizard file={file} onFile={setFile} onStarted={(id) => change({ import: String(id) })} />
        ) : (
          <p className="text-muted">{t.noRights}</p>
        )}
      </Card>
      {mayImport && shown !== undefined && <ImportProgress id={shown} />}
      {mayImport && <LatestImports onOpen={(id) => change({ import: String(id) })} />}
      <ExportCard />
    </Page>
  )
}

function LatestImports({ onOpen }: { onOpen(id: number): void }) {
  const t = useTexts(transferTexts)
  const query = useAsk('GET /imports', {})
  return (
    <Card title={t.latest}>
      <Answered query={query}>
        {({ imports }) =>
          imports.length === 0 ? (
            <Empty title={t.noImports} />
          ) : (
            <Table
              caption={t.latest}
              rows={imports}
              keyOf={({ id }) => String(id)}
              onOpen={({ id }) => onOpen(id)}
              columns={[
                {
                  key: 'file',
                  heading: t.file,
                  cell: ({ id, file }) => (
                    <button type="button" className="text-accent underline" onClick={() => onOpen(id)}>
                      {file}
                    </button>
                  ),
                },
                { key: 'since', heading: t.since, cell: ({ ordered_at }) => <Time at={ordered_at} isRelative /> },
                {
                  key: 'state',
                  heading: t.state,
                  cell: ({ state, is_dry_run }) => (is_dry_run ? `${t.trial}: ${t[state]}` : t[state]),
                },
                { key: 'made', heading: t.made, isNumber: true, cell: ({ result }) => result?.made ?? '' },
                { key: 'refused', heading: t.refused, isNumber: true, cell: ({ result }) => result?.refused ?? '' },
              ]}
            />
          )
        }
      </Answered>
    </Card>
  )
}
