import { useNavigate, useSearch } from '@tanstack/react-router'
import type { FormEvent } from 'react'
import type { Input } from '../api/client'
import { useAsk } from '../api/hooks'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { SelectField, TextField } from '../parts/field'
import { Answered, Empty } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { PurgeButton } from './purge'
import { RedFlags } from './red-flags'
import { type Dimension, dimensions, spans, type TelemetrySearch, telemetrySearch } from './search'
import { SeriesTable } from './series-table'
import { telemetryTexts } from './texts'
import { TimeCharts } from './time-charts'
import { Versions } from './versions'

const seriesMax = 12

/** What software sent: how much, of what, from which versions, and what is odd. */
export function TelemetryPage() {
  const t = useTexts(telemetryTexts)
  const search = useSearch({ from: '/telemetry' })
  const navigate = useNavigate()
  const { by = 'group', from = '30d', group } = search
  const step = from === '1d' ? 'hour' : 'day'
  const query = useAsk('GET /telemetry/stats', {
    by: by.split(',') as NonNullable<Input<'GET /telemetry/stats'>['by']>,
    from,
    step,
    series: seriesMax,
    ...(group !== undefined && { data_group: group }),
  })
  const go = (next: TelemetrySearch) => navigate({ to: '/telemetry', search: next })
  return (
    <Page title={t.title} actions={<PurgeButton />}>
      <Choices key={JSON.stringify(search)} search={search} onChange={go} />
      <Answered query={query}>
        {({ records, moments, series, others }) =>
          records ? (
            <>
              <TimeCharts moments={moments} step={step} series={series} records={records} />
              <Card>
                <SeriesTable series={series} />
                {others.series > 0 && (
                  <p className="text-sm text-muted">
                    {t.others(formatNumber(others.records), formatNumber(others.series))}
                  </p>
                )}
              </Card>
            </>
          ) : (
            <Empty title={t.nothing} />
          )
        }
      </Answered>
      <div className="grid min-w-0 gap-4 lg:grid-cols-2">
        <Versions />
        <RedFlags />
      </div>
    </Page>
  )
}

interface ChoicesProps {
  search: TelemetrySearch
  onChange(search: TelemetrySearch): void
}

function Choices({ search, onChange }: ChoicesProps) {
  const t = useTexts(telemetryTexts)
  const names: Record<Dimension, string> = {
    group: t.group,
    version: t.version,
    product: t.product,
    'product,version': t.productVersion,
    type: t.type,
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    onChange(telemetrySearch({ by: form.get('by'), from: form.get('from'), group: form.get('group') }))
  }
  return (
    <form onSubmit={submit} className="no-print flex flex-wrap items-end gap-3">
      <SelectField
        name="by"
        label={t.by}
        defaultValue={search.by ?? 'group'}
        choices={dimensions.map((value) => ({ value, label: names[value] }))}
      />
      <SelectField
        name="from"
        label={t.since}
        defaultValue={search.from ?? '30d'}
        choices={spans.map((value) => ({ value, label: t.days(formatNumber(Number.parseInt(value, 10))) }))}
      />
      <TextField name="group" label={t.onlyGroup} defaultValue={search.group ?? ''} autoComplete="off" />
      <Button type="submit" kind="primary">
        {t.show}
      </Button>
    </form>
  )
}
