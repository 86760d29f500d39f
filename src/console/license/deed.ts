import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, respond } from '../api/client'
import { isAtLeast, useSession } from '../api/session'
import { useOperationForms, type Values } from '../commands/forms'
import { lossOf } from '../commands/run'
import { useTexts } from '../i18n/texts'
import { partTexts } from '../parts/texts'
import { announce } from '../parts/toast'
import { type LicenseDetails, licenseInput } from './data'
import { historyTexts } from './history-texts'
import { changeInWords } from './history-words'
import { licenseTexts } from './texts'

/** An operation on a licence, and what is said once it is done. */
export interface Deed {
  /** The operation, by its command. */
  command: string
  input: Values
  done: string
  /** Whether its changes can be undone from the history. */
  isUndoable?: boolean
  /** The licence as it will be, shown before the server has answered; only for what can be taken back. */
  expected?(license: LicenseDetails): LicenseDetails
  onDone?(result: Record<string, unknown>): void
  /** The licence as the user saw it who decided on this; what others have changed since is shown first. */
  seen?: LicenseDetails
}

/** The operation of that command, if the user's role permits it. */
export function usePermitted() {
  const forms = useOperationForms().data
  const role = useSession().data?.role ?? ''
  return (command: string) => forms?.find((form) => form.command === command && isAtLeast(role, form.role))
}

/**
 * Runs operations on a licence. What would be lost for good is shown first, in the server's words; what can be undone is
 * done at once, and offered to be taken back for ten seconds.
 */
export function useDeed(license: LicenseDetails) {
  const t = useTexts(licenseTexts)
  const parts = useTexts(partTexts)
  const client = useQueryClient()
  const permitted = usePermitted()
  const undo = useUndo(license)
  const [pending, setPending] = useState<{ deed: Deed; loses: string }>()
  const changesSince = useChangesSince()
  const key = keyOf(license)

  const mutation = useMutation<void, Error, Deed>({
    async mutationFn(deed) {
      const form = permitted(deed.command)
      if (!form) throw new Error(t.notPermitted)
      const before = client.getQueryData<LicenseDetails>(key)
      if (before && deed.expected) client.setQueryData(key, deed.expected(before))
      try {
        const response = await respond(form.route, { ...deed.input })
        const result = (await response.json()) as Record<string, unknown>
        const requestId = response.headers.get('x-request-id')
        announce(
          deed.done,
          deed.isUndoable && requestId ? { label: parts.undo, run: () => undo(requestId) } : undefined,
        )
        deed.onDone?.(result)
      } catch (error) {
        if (before && deed.expected) client.setQueryData(key, before)
        throw error
      }
    },
    // After a refusal too: it says that the licence is not as it was shown.
    onSettled: () => client.invalidateQueries(),
  })
  const [previewError, setPreviewError] = useState<unknown>()

  async function run(deed: Deed) {
    setPending(undefined)
    setPreviewError(undefined)
    mutation.reset()
    try {
      const form = permitted(deed.command)
      const meanwhile = deed.seen ? await changesSince(deed.seen) : ''
      const lost = form && !deed.isUndoable ? await lossOf(form, deed.input) : ''
      const loses = [meanwhile, lost].filter(Boolean).join(' ')
      if (loses) setPending({ deed, loses })
      else mutation.mutate(deed)
    } catch (error) {
      setPreviewError(error)
    }
  }

  return {
    run,
    pending,
    confirm() {
      if (pending) mutation.mutate(pending.deed)
      setPending(undefined)
    },
    cancel: () => setPending(undefined),
    error: previewError ?? mutation.error,
    isRunning: mutation.isPending,
  }
}

const keyOf = (license: LicenseDetails) => ['GET /licenses/:license_key', licenseInput(license)]

const deciding = /^license\.(updated|assigned|meta-\w+)$/

/** Who has changed what on the licence since the user saw it, in a sentence; empty if nobody. */
function useChangesSince() {
  const t = useTexts(historyTexts)
  const client = useQueryClient()
  return async (seen: LicenseDetails) => {
    const queryFn = () => call('GET /licenses/:license_key', licenseInput(seen))
    const { history } = await client.fetchQuery({ queryKey: keyOf(seen), queryFn, staleTime: 0 })
    const latest = seen.history[0]?.id ?? 0
    const news = history.filter(({ id, verb }) => id > latest && deciding.test(verb)).reverse()
    return news.length ? t.meanwhile(news.map((entry) => changeInWords(entry, t)).join('; ')) : ''
  }
}

/** Takes back everything that a request changed on the licence, the latest first. */
function useUndo(license: LicenseDetails) {
  const t = useTexts(licenseTexts)
  const client = useQueryClient()
  return async (requestId: string) => {
    try {
      const { history } = await call('GET /licenses/:license_key', licenseInput(license))
      const changes = history.filter((change) => change.request_id === requestId && change.can_undo)
      for (const { id } of changes) {
        await call('POST /licenses/:license_key/undo', { ...licenseInput(license), entry: id })
      }
      announce(changes.length ? t.undone : t.notUndone)
    } finally {
      await client.invalidateQueries()
    }
  }
}
