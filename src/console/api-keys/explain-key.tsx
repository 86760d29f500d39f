import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { type Answer, call, type Input } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useOperationForm } from '../commands/forms'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { SelectField, TextField } from '../parts/field'
import { Table } from '../parts/table'
import { partTexts } from '../parts/texts'
import { apiKeyTexts } from './texts'

type Explanation = Answer<'GET /api-keys/:id/explanation'>

/** Asks whether a request with the key would be let in, and shows each rule with what it saw. */
export function ExplainKey({ id }: { id: string }) {
  const t = useTexts(apiKeyTexts)
  const form = useOperationForm('api-key explain').data?.form
  const capabilities = form?.fields.find(({ name }) => name === 'capability')?.choices ?? []
  const explain = useMutation({
    mutationFn: (input: Input<'GET /api-keys/:id/explanation'>) => call('GET /api-keys/:id/explanation', input),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const identifier = String(data.get('identifier'))
    explain.mutate({
      id,
      from: String(data.get('from')),
      capability: String(data.get('capability')) as Input<'GET /api-keys/:id/explanation'>['capability'],
      ...(identifier && { identifier }),
    })
  }
  return (
    <>
      <form onSubmit={submit} className="grid grid-cols-1 items-end gap-3 sm:grid-cols-2 lg:grid-cols-4">
        <TextField label={t.from} name="from" required error={fieldErrorOf(explain.error, 'from')} />
        <SelectField
          key={capabilities.length}
          label={t.capability}
          name="capability"
          defaultValue="verify"
          choices={capabilities.map((each) => ({ value: each, label: each }))}
        />
        <TextField label={t.identifier} name="identifier" />
        <div>
          <Button type="submit" disabled={explain.isPending}>
            {t.ask}
          </Button>
        </div>
      </form>
      <ErrorBox error={explain.error} />
      <div role="status">{explain.data && <Verdict explanation={explain.data} />}</div>
    </>
  )
}

function Verdict({ explanation: { rules, answer } }: { explanation: Explanation }) {
  const t = useTexts(apiKeyTexts)
  const parts = useTexts(partTexts)
  return (
    <div className="flex flex-col gap-2">
      <p className={`font-medium ${answer ? 'text-bad' : 'text-good'}`}>
        {answer ? t.answered(String(answer.code), answer.message, String(answer.http)) : t.admitted}
      </p>
      <Table
        caption={t.explain}
        rows={rules}
        keyOf={({ name }) => name}
        columns={[
          { key: 'rule', heading: t.rule, cell: ({ requirement }) => requirement },
          {
            key: 'holds',
            heading: t.holds,
            cell: ({ holds }) =>
              holds === null ? parts.none : <Badge tone={holds ? 'good' : 'bad'}>{holds ? parts.yes : parts.no}</Badge>,
          },
          { key: 'sees', heading: t.sees, cell: ({ observed }) => observed },
        ]}
      />
    </div>
  )
}
