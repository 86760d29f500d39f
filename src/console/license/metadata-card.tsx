import { useState } from 'react'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Card } from '../parts/page'
import { type Column, Table } from '../parts/table'
import { ActionDialog } from './action-dialog'
import { type LicenseDetails, licenseInput } from './data'
import { usePermitted } from './deed'
import { DeedButton } from './deed-button'
import { licenseTexts } from './texts'

type Pair = LicenseDetails['meta_data'][number]

/** The metadata that the software reads from the licence, each to be changed in its place. */
export function MetadataCard({ license }: { license: LicenseDetails }) {
  const t = useTexts(licenseTexts)
  const [open, setOpen] = useState<Partial<Pair>>()
  const isPermitted = usePermitted()('license meta set')
  const columns: Column<Pair>[] = [
    { key: 'key', heading: t.metaKey, cell: ({ key }) => key },
    { key: 'value', heading: t.metaValue, cell: ({ value }) => value },
    ...(isPermitted
      ? [{ key: 'actions', heading: t.actions, cell: (pair: Pair) => <PairActions {...{ license, pair, setOpen }} /> }]
      : []),
  ]
  return (
    <Card title={t.metadata} actions={isPermitted && <Button onClick={() => setOpen({})}>{t.addMeta}</Button>}>
      {license.meta_data.length ? (
        <Table caption={t.metadata} columns={columns} rows={license.meta_data} keyOf={({ key }) => key} />
      ) : (
        <p className="text-muted">{t.noMeta}</p>
      )}
      {open && (
        <ActionDialog
          license={license}
          command="license meta set"
          title={open.key === undefined ? t.addMeta : t.editMeta}
          done={t.metaSet}
          fields={[
            { name: 'key', label: t.metaKey, value: open.key ?? '', isRequired: true },
            { name: 'value', label: t.metaValue, value: open.value ?? '', kind: 'area', isRequired: true },
          ]}
          isUndoable
          onClose={() => setOpen(undefined)}
        />
      )}
    </Card>
  )
}

interface ActionsProps {
  license: LicenseDetails
  pair: Pair
  setOpen(pair: Pair): void
}

function PairActions({ license, pair, setOpen }: ActionsProps) {
  const t = useTexts(licenseTexts)
  return (
    <div className="no-print flex flex-wrap items-start gap-2">
      <Button aria-label={t.editPair(pair.key)} onClick={() => setOpen(pair)}>
        {t.edit}
      </Button>
      <DeedButton
        license={license}
        command="license meta unset"
        input={{ ...licenseInput(license), key: pair.key }}
        label={t.remove}
        name={t.removePair(pair.key)}
        done={t.metaUnset(pair.key)}
        expected={(before) => ({ ...before, meta_data: before.meta_data.filter(({ key }) => key !== pair.key) })}
        isUndoable
      />
    </div>
  )
}
