import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call, isRefusal } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { setupTexts } from './texts'

const pauseMs = 1000
const triesMax = 120

interface Props {
  token: string
  /** Called when the backup is restored and the server starts again. */
  onBegin(): void
}

interface Given {
  file: File
  passphrase: string | undefined
}

/** Restores a backup, and waits until the server runs with it. */
export function RestoreForm({ token, onBegin }: Props) {
  const t = useTexts(setupTexts)
  const [isStarted, setStarted] = useState(false)
  const restore = useMutation({
    mutationFn: async ({ file, passphrase }: Given) => {
      const restored = await call('POST /setup/restore', { token, ...(passphrase && { passphrase }) }, { file })
      onBegin()
      return restored
    },
    onSuccess: async () => {
      await restarted(token)
      setStarted(true)
    },
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const file = data.get('file')
    if (file instanceof File) restore.mutate({ file, passphrase: String(data.get('passphrase')) || undefined })
  }
  if (restore.data) {
    return (
      <div role="status" className="flex flex-col gap-2">
        {!restore.data.is_authenticated && <p className="text-warn">{t.unauthenticated}</p>}
        <p>{isStarted ? t.restored : t.starting}</p>
      </div>
    )
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>{t.restoreNote}</p>
      <TextField label={t.file} name="file" type="file" required />
      <TextField
        label={t.passphrase}
        name="passphrase"
        type="password"
        autoComplete="off"
        error={fieldErrorOf(restore.error, 'passphrase')}
      />
      <ErrorBox error={restore.error} />
      <div>
        <Button type="submit" disabled={restore.isPending}>
          {restore.isPending ? t.restoring : t.restore}
        </Button>
      </div>
    </form>
  )
}

/** Waits until the server has started again: the link opens nothing then. */
async function restarted(token: string) {
  for (let tries = 0; tries < triesMax; tries++) {
    const isOver = await call('GET /setup', { token }).then(
      () => false,
      (error: unknown) => isRefusal(error, 401),
    )
    if (isOver) return
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
