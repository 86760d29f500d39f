import { type FormEvent, useRef } from 'react'
import { useSession } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { TextArea } from '../parts/field'
import { Card } from '../parts/page'
import { Time } from '../parts/time'
import { type LicenseDetails, licenseInput } from './data'
import { useDeed, usePermitted } from './deed'
import { noted } from './expected'
import { licenseTexts } from './texts'

/** The notes of the support desk, latest first, and a field for the next one. */
export function NotesCard({ license }: { license: LicenseDetails }) {
  const t = useTexts(licenseTexts)
  const isPermitted = usePermitted()('license note')
  return (
    <div className="no-print">
      <Card title={t.notes}>
        {isPermitted && <NoteForm license={license} />}
        {license.notes.length ? (
          <ul className="flex flex-col gap-3">
            {license.notes.map(({ id, at, actor, note }) => (
              <li key={id} className="border-l-2 border-line pl-3">
                <p className="whitespace-pre-wrap">{note}</p>
                <p className="text-sm text-muted">
                  {actor} · <Time at={at} isRelative />
                </p>
              </li>
            ))}
          </ul>
        ) : (
          <p className="text-muted">{t.noNotes}</p>
        )}
      </Card>
    </div>
  )
}

function NoteForm({ license }: { license: LicenseDetails }) {
  const t = useTexts(licenseTexts)
  const user = useSession().data?.user ?? ''
  const form = useRef<HTMLFormElement>(null)
  const { run, error, isRunning } = useDeed(license)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const note = String(new FormData(event.currentTarget).get('note') ?? '').trim()
    if (!note) return
    run({
      command: 'license note',
      input: { ...licenseInput(license), note },
      done: t.noteAdded,
      expected: noted(note, `user ${user}`),
      onDone: () => form.current?.reset(),
    })
  }
  return (
    <form ref={form} onSubmit={submit} className="flex flex-col gap-2">
      <TextArea name="note" label={t.newNote} description={t.noteNote} rows={2} maxLength={4096} required />
      <ErrorBox error={error} />
      <div>
        <Button type="submit" disabled={isRunning}>
          {t.addNote}
        </Button>
      </div>
    </form>
  )
}
