import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { call, type Input } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useMay } from '../api/session'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button, buttonClass } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { ErrorBox } from '../parts/error-box'
import { SelectField, TextArea, TextField } from '../parts/field'
import { Empty } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { saveFile } from '../parts/save-file'
import { partTexts } from '../parts/texts'
import { useProductChoices } from '../products/product-names'
import { licenseListTexts } from './texts'

type Draft = Input<'POST /licenses'>

const keysPerCall = 50
const quantityMax = 10_000

interface Progress {
  keys: string[]
  of: number
  error?: unknown
  isRunning: boolean
}

/** `/console/licenses/new`: give keys, or have them drawn, some at a time. */
export function IssuePage() {
  const t = useTexts(licenseListTexts)
  const parts = useTexts(partTexts)
  const client = useQueryClient()
  const [progress, setProgress] = useState<Progress>()
  const [round, setRound] = useState(0)

  async function issue(draft: Draft, given: string[], quantity: number) {
    const of = given.length || quantity
    const keys: string[] = []
    setProgress({ keys, of, isRunning: true })
    try {
      while (keys.length < of) {
        const part = given.length
          ? { license_keys: given.slice(keys.length, keys.length + keysPerCall) }
          : { quantity: Math.min(keysPerCall, of - keys.length) }
        const { licenses } = await call('POST /licenses', { ...draft, ...part })
        keys.push(...licenses.map(({ license_key }) => license_key))
        setProgress({ keys: [...keys], of, isRunning: true })
      }
      setProgress({ keys, of, isRunning: false })
    } catch (error) {
      setProgress({ keys, of, error, isRunning: false })
    }
    await client.invalidateQueries()
  }

  if (!useMay('operator')) return <Empty title={parts.noRights} />
  return (
    <Page
      title={t.issue}
      actions={
        <Link to="/licenses" className={buttonClass()}>
          {t.toList}
        </Link>
      }
    >
      {progress && progress.keys.length > 0 && <Issued progress={progress} />}
      {progress && !progress.isRunning && !progress.error ? (
        <div>
          <Button
            kind="primary"
            onClick={() => {
              setProgress(undefined)
              setRound(round + 1)
            }}
          >
            {t.issueMore}
          </Button>
        </div>
      ) : (
        <IssueForm key={round} error={progress?.error} isRunning={progress?.isRunning ?? false} onIssue={issue} />
      )}
    </Page>
  )
}

interface FormProps {
  error: unknown
  isRunning: boolean
  onIssue(draft: Draft, given: string[], quantity: number): void
}

function IssueForm({ error, isRunning, onIssue }: FormProps) {
  const t = useTexts(licenseListTexts)
  const parts = useTexts(partTexts)
  const products = useProductChoices()

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const entries = ['product', 'generator', 'owner_name', 'owner_email', 'activation_limit', 'validity']
      .map((name) => [name, text(name)] as const)
      .filter(([, value]) => value !== '')
    const given = [
      ...new Set(
        text('license_keys')
          .split(/[\n,]/)
          .map((key) => key.trim())
          .filter(Boolean),
      ),
    ]
    onIssue(Object.fromEntries(entries) as Draft, given, Number(text('quantity')) || 1)
  }

  const problem = (name: string) => fieldErrorOf(error, name)
  return (
    <Card>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <SelectField label={t.product} name="product" choices={products} error={problem('product')} />
        <TextField
          label={t.generator}
          name="generator"
          inputMode="numeric"
          placeholder={t.usual}
          error={problem('generator')}
        />
        <TextArea label={t.given} name="license_keys" description={t.givenNote} error={problem('license_keys')} />
        <TextField
          label={t.quantity}
          name="quantity"
          type="number"
          min={1}
          max={quantityMax}
          defaultValue={1}
          error={problem('quantity')}
        />
        <TextField
          label={t.seatLimit}
          name="activation_limit"
          inputMode="numeric"
          description={t.seatNote}
          placeholder={t.usual}
          error={problem('activation_limit')}
        />
        <TextField
          label={t.validityDays}
          name="validity"
          inputMode="numeric"
          description={t.validityNote}
          placeholder={t.usual}
          error={problem('validity')}
        />
        <TextField label={t.ownerName} name="owner_name" description={t.ownerNote} error={problem('owner_name')} />
        <TextField label={t.owner_email} name="owner_email" type="email" error={problem('owner_email')} />
        <div className="flex flex-col gap-3 sm:col-span-2">
          <ErrorBox error={error} />
          <div>
            <Button type="submit" kind="primary" disabled={isRunning}>
              {isRunning ? parts.wait : t.issue}
            </Button>
          </div>
        </div>
      </form>
    </Card>
  )
}

function Issued({ progress: { keys, of, isRunning } }: { progress: Progress }) {
  const t = useTexts(licenseListTexts)
  const text = keys.join('\n')
  return (
    <Card
      title={isRunning ? t.issuing(formatNumber(keys.length), formatNumber(of)) : t.issued(formatNumber(keys.length))}
    >
      <progress
        className="w-full"
        value={keys.length}
        max={of}
        aria-label={t.issuing(formatNumber(keys.length), formatNumber(of))}
      />
      <textarea
        readOnly
        aria-label={t.given}
        className="w-full rounded-md border border-control bg-card p-2 font-mono text-sm"
        rows={Math.min(keys.length, 10)}
        value={text}
      />
      {!isRunning && (
        <div className="flex flex-wrap gap-2">
          <CopyButton text={text} label={t.copyKeys} />
          <Button onClick={() => saveFile('licenses.csv', new Blob([`license_key\n${text}\n`], { type: 'text/csv' }))}>
            {t.saveKeys}
          </Button>
        </div>
      )}
    </Card>
  )
}
