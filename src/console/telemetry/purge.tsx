import { type FormEvent, useState } from 'react'
import type { Input } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { partTexts } from '../parts/texts'
import { announce } from '../parts/toast'
import { telemetryTexts } from './texts'

/** Above that many, a word must be typed. */
const unconfirmedMax = 100

type Chosen = Omit<Input<'POST /telemetry/purge'>, 'dry_run'>

/** Deletes old records: counts them first, and says how many. */
export function PurgeButton() {
  const t = useTexts(telemetryTexts)
  const [isOpen, setOpen] = useState(false)
  if (!useMay('operator')) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t.purge}</Button>
      {isOpen && <PurgeDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function PurgeDialog({ onClose }: { onClose(): void }) {
  const t = useTexts(telemetryTexts)
  const [chosen, setChosen] = useState<Chosen>()
  const counting = useChange('POST /telemetry/purge')
  function count(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const textOf = (name: string) => String(form.get(name) ?? '').trim() || undefined
    const [data_group, product] = [textOf('data_group'), textOf('product')]
    const next = { before: textOf('before') ?? '', ...(data_group && { data_group }), ...(product && { product }) }
    setChosen(next)
    counting.mutate({ ...next, dry_run: true })
  }
  return (
    <Dialog title={t.purge} isOpen onClose={onClose}>
      {/* Another choice has to be counted again. */}
      <form onSubmit={count} onChange={() => counting.reset()} className="flex flex-col gap-3">
        <TextField
          name="before"
          label={t.before}
          description={t.beforeHint}
          error={fieldErrorOf(counting.error, 'before')}
          required
          autoComplete="off"
        />
        <TextField
          name="data_group"
          label={t.ofGroup}
          description={t.allHint}
          error={fieldErrorOf(counting.error, 'data_group')}
          autoComplete="off"
        />
        <TextField
          name="product"
          label={t.ofProduct}
          description={t.allHint}
          error={fieldErrorOf(counting.error, 'product')}
          autoComplete="off"
        />
        <ErrorBox error={counting.error} />
        <div>
          <Button type="submit" disabled={counting.isPending}>
            {t.count}
          </Button>
        </div>
      </form>
      {chosen && counting.data && <Removal chosen={chosen} records={counting.data.records} onDone={onClose} />}
    </Dialog>
  )
}

function Removal({ chosen, records, onDone }: { chosen: Chosen; records: number; onDone(): void }) {
  const t = useTexts(telemetryTexts)
  const parts = useTexts(partTexts)
  const [word, setWord] = useState('')
  const removing = useChange('POST /telemetry/purge', (answer) => {
    announce(t.removed(formatNumber(answer.records)))
    onDone()
  })
  if (!records) return <p role="status">{t.none_match}</p>
  const needsWord = records > unconfirmedMax
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="font-medium text-bad">
        {t.would(formatNumber(records))}
      </p>
      {needsWord && (
        <TextField
          label={parts.typeToConfirm(t.word)}
          value={word}
          onChange={(event) => setWord(event.target.value)}
          autoComplete="off"
        />
      )}
      <ErrorBox error={removing.error} />
      <div>
        <Button
          kind="danger"
          disabled={removing.isPending || (needsWord && word.trim() !== t.word)}
          onClick={() => removing.mutate(chosen)}
        >
          {t.remove(formatNumber(records))}
        </Button>
      </div>
    </div>
  )
}
