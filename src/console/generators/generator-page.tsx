import { useNavigate, useParams } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useAsk, useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { changedValues } from '../commands/forms'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { Answered, Empty } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { announce } from '../parts/toast'
import { type Format, formatOf, type Generator, shapeOf } from './format'
import { FormatFields } from './format-fields'
import { SwitchButton } from './switch-button'
import { generatorTexts } from './texts'
import { TrialCard } from './trial-card'

const generatorsMax = 1000

/** `/console/generators/1`: how a generator makes keys, to look at and to change. */
export function GeneratorPage() {
  const t = useTexts(generatorTexts)
  const { generator } = useParams({ strict: false }) as { generator: string }
  return (
    <Answered query={useAsk('GET /generators', { limit: generatorsMax })}>
      {({ generators }) => {
        const found = generators.find(({ id }) => String(id) === generator)
        return found ? <Edit key={found.id} generator={found} /> : <Empty title={t.unknown} />
      }}
    </Answered>
  )
}

/** The fields of a change. */
function editOf(format: Format) {
  const { method: _, ...shape } = shapeOf(format)
  return { ...shape, activation_limit: Number(format.activation_limit), validity: Number(format.validity) }
}

function Edit({ generator }: { generator: Generator }) {
  const t = useTexts(generatorTexts)
  const navigate = useNavigate()
  const [before, setBefore] = useState(() => formatOf(generator))
  const [format, setFormat] = useState(before)
  const mayEdit = useMay('operator')
  const edit = useChange('PATCH /generators/:id', () => announce(t.saved))

  function submit(event: FormEvent) {
    event.preventDefault()
    const changes = changedValues(editOf(format), editOf(before))
    edit.mutate({ id: generator.id, ...changes }, { onSuccess: () => setBefore(format) })
  }

  return (
    <Page
      title={t.generator(String(generator.id))}
      actions={
        <>
          <SwitchButton generator={generator} />
          <OperationButton
            command="generator delete"
            role="operator"
            label={t.remove}
            kind="danger"
            fixed={{ id: generator.id }}
            onDone={() => navigate({ to: '/generators' })}
          />
        </>
      }
    >
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <Card>
          <form onSubmit={submit} className="flex flex-col gap-4">
            <FormatFields format={format} isNew={false} onChange={setFormat} />
            <ErrorBox error={edit.error} />
            {!mayEdit && <p className="text-sm text-muted">{t.mayNot}</p>}
            <div>
              <Button type="submit" kind="primary" disabled={edit.isPending || !mayEdit}>
                {t.save}
              </Button>
            </div>
          </form>
        </Card>
        <TrialCard format={format} />
      </div>
    </Page>
  )
}
