import { useState } from 'react'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { CheckboxField } from '../parts/field'
import { useChosenColumns, useLicenseColumns } from './columns'
import { licenseListTexts } from './texts'

/** A button with the columns to choose from. */
export function ColumnMenu() {
  const t = useTexts(licenseListTexts)
  const columns = useLicenseColumns()
  const { chosen, choose } = useChosenColumns()
  const [isOpen, setOpen] = useState(false)
  const keys = columns.map(({ key }) => key)
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t.columns}</Button>
      <Dialog title={t.columns} isOpen={isOpen} onClose={() => setOpen(false)}>
        {columns.map(({ key, heading }) => (
          <CheckboxField
            key={key}
            label={heading}
            checked={chosen.includes(key)}
            disabled={key === 'license_key'}
            onChange={({ target }) =>
              choose(keys.filter((each) => (each === key ? target.checked : chosen.includes(each))))
            }
          />
        ))}
        <div>
          <Button onClick={() => choose(undefined)}>{t.usualColumns}</Button>
        </div>
      </Dialog>
    </>
  )
}
