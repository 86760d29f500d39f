import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type BulkAction, OrderDialog } from '../bulk/order-dialog'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { useSelection } from '../parts/selection'
import { Table } from '../parts/table'
import { useKeys } from '../shell/shortcuts'
import { useChosenColumns, useLicenseColumns } from './columns'
import type { useLicenseFilters } from './filters'
import type { ListedLicense } from './find-licenses'
import { licenseListTexts } from './texts'

interface Props {
  licenses: readonly ListedLicense[]
  address: ReturnType<typeof useLicenseFilters>
  canChoose: boolean
}

/** What is about to be done, and to which licences. */
interface Order {
  which: Readonly<Record<string, unknown>>
  action?: BulkAction
}

const idOf = ({ id }: ListedLicense) => String(id)

/** The licences of the page, and what is done with the chosen ones; `e` extends and `b` blocks those, or the row in focus. */
export function LicenseRows({ licenses, address, canChoose }: Props) {
  const t = useTexts(licenseListTexts)
  const navigate = useNavigate()
  const selection = useSelection()
  const [isAll, setAll] = useState(false)
  const [order, setOrder] = useState<Order>()
  const { chosen } = useChosenColumns()
  const columns = useLicenseColumns()
  const { keys } = selection
  const all = address.isFiltered ? { ...address.filters } : { everything: true }
  const which = isAll ? all : keys.size ? { ids: [...keys] } : undefined

  const start = (action: BulkAction) => (row?: ListedLicense) => {
    const those = which ?? (row && { ids: [idOf(row)] })
    if (those) setOrder({ which: those, action })
  }
  const actions = { e: start('extend'), b: start('block') }
  useKeys(canChoose && which ? { e: () => actions.e(), b: () => actions.b() } : {})

  return (
    <>
      {canChoose && (
        <div
          className={`no-print flex flex-wrap items-center gap-2 ${which ? 'z-10 rounded-md border border-accent bg-card p-2 sm:sticky sm:top-16' : ''}`}
        >
          {which && (
            <>
              <span role="status" className="text-sm">
                {isAll ? t.allChosen : t.chosen(formatNumber(keys.size))}
              </span>
              <Button kind="primary" onClick={() => setOrder({ which })}>
                {t.act}
              </Button>
            </>
          )}
          {!isAll && (
            <Button onClick={() => setAll(true)}>{address.isFiltered ? t.chooseMatching : t.chooseAll}</Button>
          )}
          {which && (
            <Button
              kind="quiet"
              onClick={() => {
                setAll(false)
                selection.set([])
              }}
            >
              {t.unchoose}
            </Button>
          )}
        </div>
      )}
      <Table
        caption={t.title}
        columns={columns.filter(({ key }) => chosen.includes(key))}
        rows={licenses}
        keyOf={idOf}
        nameOf={({ license_key }) => license_key}
        sort={address.sort}
        onSort={address.sortBy}
        onOpen={(license) => navigate({ to: '/licenses/$id', params: { id: idOf(license) } })}
        selection={canChoose ? selection : undefined}
        keys={canChoose ? actions : {}}
      />
      {order && <OrderDialog {...order} onClose={() => setOrder(undefined)} />}
    </>
  )
}
