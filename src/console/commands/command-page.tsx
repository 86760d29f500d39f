import { useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTexts } from '../i18n/texts'
import { Answered, Empty } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { type FormDescription, useOperationForm, type Values } from './forms'
import { OperationForm } from './operation-form'
import { commandTexts } from './texts'
import { Value } from './value'

/** `/console/commands/license-delete`: the form of any operation, and its result. */
export function CommandPage() {
  const t = useTexts(commandTexts)
  const { command } = useParams({ strict: false }) as { command: string }
  const initial = useSearch({ strict: false }) as Values
  const words = command.replaceAll('.', ' ')
  return (
    <Answered query={useOperationForm(words)}>
      {({ form }) =>
        form ? <Command key={form.command} form={form} initial={initial} /> : <Empty title={t.unknown(words)} />
      }
    </Answered>
  )
}

function Command({ form, initial }: { form: FormDescription; initial: Values }) {
  const t = useTexts(commandTexts)
  const [done, setDone] = useState<{ result: unknown }>()
  return (
    <Page title={form.command}>
      <p className="text-muted">{form.summary}</p>
      <Card>
        <OperationForm form={form} initial={initial} onDone={(result) => setDone({ result })} />
      </Card>
      {done && (
        <Card title={t.result}>
          <div role="status">
            <Value name={form.command} value={done.result} />
          </div>
        </Card>
      )}
    </Page>
  )
}
