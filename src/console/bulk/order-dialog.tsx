import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { call, type Input } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useChange } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { SelectField, TextField } from '../parts/field'
import { partTexts } from '../parts/texts'
import { type Bulk, Refusals } from './refusals'
import { bulkTexts } from './texts'

type Order = Input<'POST /licenses/bulk'>
export type BulkAction = Order['action']
type FieldName = 'reason' | 'by' | 'note' | 'meta_key' | 'meta_value'

const fieldsOf: Record<BulkAction, readonly FieldName[]> = {
  block: ['reason'],
  unblock: [],
  extend: ['by'],
  note: ['note'],
  'set-meta': ['meta_key', 'meta_value'],
  revoke: ['reason'],
  delete: [],
}
const actions = Object.keys(fieldsOf) as BulkAction[]
const wordNeededAbove = 100

interface Props {
  /** The licences: their ids, or filters. */
  which: Readonly<Record<string, unknown>>
  /** What is chosen at first. */
  action?: BulkAction
  onClose(): void
}

/** What to do to many licences: first what would happen, then the word to go on. */
export function OrderDialog({ which, action = 'block', onClose }: Props) {
  const t = useTexts(bulkTexts)
  const navigate = useNavigate()
  const [order, setOrder] = useState<Order>({ action })
  const [plan, setPlan] = useState<Bulk>()
  const planning = useMutation({
    mutationFn: (input: Order) => call('POST /licenses/bulk', { ...input, dry_run: true }),
    onSuccess: setPlan,
  })
  const starting = useChange('POST /licenses/bulk', ({ id }) => {
    onClose()
    navigate({ to: '/bulk/$run', params: { run: String(id) } })
  })

  function check(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const given = fieldsOf[order.action].map((name) => [name, String(form.get(name) ?? '').trim()] as const)
    const wanted = { action: order.action, ...Object.fromEntries(given.filter(([, value]) => value)) } as Order
    setOrder(wanted)
    planning.mutate({ ...which, ...wanted })
  }

  return (
    <Dialog title={t.order} isOpen onClose={onClose}>
      {plan ? (
        <Plan
          plan={plan}
          error={starting.error}
          isStarting={starting.isPending}
          onBack={() => setPlan(undefined)}
          onGo={() => starting.mutate({ ...which, ...order, expected: plan.total })}
        />
      ) : (
        <form onSubmit={check} className="flex flex-col gap-4">
          <SelectField
            label={t.action}
            value={order.action}
            onChange={({ target }) => setOrder({ action: target.value as BulkAction })}
            choices={actions.map((action) => ({ value: action, label: t[action] }))}
          />
          {fieldsOf[order.action].map((name) => (
            <OrderField key={name} name={name} value={order[name]} error={fieldErrorOf(planning.error, name)} />
          ))}
          <ErrorBox error={planning.error} />
          <div>
            <Button type="submit" kind="primary" disabled={planning.isPending}>
              {t.check}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function OrderField({ name, value, error }: { name: FieldName; value: string | undefined; error: string | undefined }) {
  const t = useTexts(bulkTexts)
  const labels: Record<FieldName, string> = {
    reason: t.reason,
    by: t.by,
    note: t.noteText,
    meta_key: t.metaKey,
    meta_value: t.metaValue,
  }
  return (
    <TextField
      label={labels[name]}
      name={name}
      description={name === 'by' ? t.byNote : undefined}
      required={name !== 'reason'}
      defaultValue={value}
      error={error}
    />
  )
}

interface PlanProps {
  plan: Bulk
  error: unknown
  isStarting: boolean
  onBack(): void
  onGo(): void
}

function Plan({ plan, error, isStarting, onBack, onGo }: PlanProps) {
  const t = useTexts(bulkTexts)
  const parts = useTexts(partTexts)
  const [typed, setTyped] = useState('')
  const { action, changed, total, refused, refusals, loses, can_undo: canUndo } = plan
  const word = t[action]
  const needsWord = !canUndo && action !== 'note' && changed > wordNeededAbove
  return (
    <div className="flex flex-col gap-4">
      <p role="status" className="font-medium">
        {changed ? t.would(formatNumber(changed), formatNumber(total)) : t.nothing}
      </p>
      {loses && <p className="rounded-md border border-warn p-3">{loses}</p>}
      <Refusals refusals={refusals} title={t.wouldNot(formatNumber(refused))} />
      {needsWord && changed > 0 && (
        <TextField
          label={t.confirmWord(word)}
          value={typed}
          autoComplete="off"
          onChange={({ target }) => setTyped(target.value)}
        />
      )}
      <ErrorBox error={error} />
      <div className="flex flex-wrap gap-2">
        <Button
          kind={canUndo ? 'primary' : 'danger'}
          disabled={!changed || isStarting || (needsWord && typed !== word)}
          onClick={onGo}
        >
          {isStarting ? parts.wait : t.go(word, formatNumber(changed))}
        </Button>
        <Button onClick={onBack}>{t.back}</Button>
      </div>
    </div>
  )
}
