import type { FormEvent, ReactNode } from 'react'
import { useTexts } from '../i18n/texts'
import { Button } from './button'
import { partTexts } from './texts'

interface Props {
  /** Changes when the filters in the address do, so that the fields show them. */
  state: Readonly<Record<string, string | undefined>>
  isFiltered: boolean
  onApply(values: Record<string, string | undefined>): void
  onClear(): void
  children: ReactNode
}

/** The filters of a list: a choice applies at once, a text with Enter or the button. */
export function Filters({ state, isFiltered, onApply, onClear, children }: Props) {
  const t = useTexts(partTexts)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const entries = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value) || undefined])
    onApply(Object.fromEntries(entries))
  }
  return (
    <search>
      <form
        key={JSON.stringify(state)}
        onSubmit={submit}
        onChange={({ target, currentTarget }) => {
          if ((target as unknown) instanceof HTMLSelectElement) currentTarget.requestSubmit()
        }}
        className="no-print grid grid-cols-1 items-start gap-3 rounded-lg border border-line bg-card p-3 sm:grid-cols-2 lg:grid-cols-4"
      >
        {children}
        <div className="flex flex-wrap gap-2 sm:mt-6">
          <Button type="submit">{t.apply}</Button>
          {isFiltered && (
            <Button kind="quiet" onClick={onClear}>
              {t.clearFilters}
            </Button>
          )}
        </div>
      </form>
    </search>
  )
}
