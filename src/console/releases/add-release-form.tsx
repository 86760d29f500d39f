import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { Input } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { upload } from '../api/upload'
import { currentLanguage } from '../i18n/language'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { CheckboxField, SelectField, TextArea, TextField } from '../parts/field'
import { partTexts } from '../parts/texts'
import { announce } from '../parts/toast'
import { FileDrop } from './file-drop'
import type { Release } from './release-parts'
import { releaseTexts } from './texts'

interface Props {
  products: readonly { id: number; name: string }[]
  product: string | undefined
  onDone(release: Release): void
}

/** The file of a release and what is said of it. */
export function AddReleaseForm({ products, product, onDone }: Props) {
  const t = useTexts(releaseTexts)
  const parts = useTexts(partTexts)
  const [file, setFile] = useState<File>()
  const { send, cancel, part } = useUpload(onDone)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (file) send.mutate({ file, input: inputIn(new FormData(event.currentTarget)) })
  }
  const error = send.error
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FileDrop file={file} onChoose={setFile} />
      <SelectField
        label={t.product}
        name="product"
        defaultValue={product}
        required
        error={fieldErrorOf(error, 'product')}
        choices={products.map(({ id, name }) => ({ value: String(id), label: name }))}
      />
      <TextField label={t.version} name="version" required placeholder="1.0.2" error={fieldErrorOf(error, 'version')} />
      <TextField
        label={t.number}
        description={t.numberNote}
        name="numeric_version"
        type="number"
        min={0}
        step={1}
        required
        error={fieldErrorOf(error, 'numeric_version')}
      />
      <TextField label={t.summary} name="update_summary" error={fieldErrorOf(error, 'update_summary')} />
      <TextArea label={t.changelog} name="changelog" rows={8} error={fieldErrorOf(error, 'changelog')} />
      <CheckboxField label={t.publishAtOnce} description={t.publishNote} name="publish" />
      <ErrorBox error={error} />
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" kind="primary" disabled={!file || send.isPending}>
          {t.upload}
        </Button>
        {send.isPending && <Button onClick={cancel}>{parts.cancel}</Button>}
        {send.isPending && <Progress part={part} />}
      </div>
    </form>
  )
}

function Progress({ part }: { part: number }) {
  const t = useTexts(releaseTexts)
  const text = part < 1 ? t.uploading(formatPercent(part)) : t.storing
  return (
    <div className="flex grow flex-col gap-1">
      <progress className="w-full accent-accent" value={part} max={1} aria-label={t.upload} />
      <p className="text-sm text-muted">{text}</p>
    </div>
  )
}

const formatPercent = (part: number) => new Intl.NumberFormat(currentLanguage(), { style: 'percent' }).format(part)

interface Sending {
  file: File
  input: Input<'POST /releases'>
}

/** Sends the file, tells how far it is, and stops when the page is left. */
function useUpload(onDone: Props['onDone']) {
  const t = useTexts(releaseTexts)
  const client = useQueryClient()
  const [part, setPart] = useState(0)
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])
  const send = useMutation({
    mutationFn({ file, input }: Sending) {
      running.current = new AbortController()
      setPart(0)
      return upload('POST /releases', input, { file, onProgress: setPart, signal: running.current.signal })
    },
    async onSuccess(release) {
      announce(t.added)
      onDone(release)
      await client.invalidateQueries()
    },
  })
  function cancel() {
    running.current?.abort()
    send.reset()
  }
  return { send, cancel, part }
}

function inputIn(data: FormData): Input<'POST /releases'> {
  const text = (name: string) => String(data.get(name) ?? '')
  const [summary, changelog] = [text('update_summary'), text('changelog')]
  return {
    product: text('product'),
    version: text('version'),
    numeric_version: Number(text('numeric_version')),
    ...(summary && { update_summary: summary }),
    ...(changelog && { changelog }),
    ...(data.has('publish') && { publish: true }),
  }
}
