import { Link, useNavigate } from '@tanstack/react-router'
import type { Answer, Input } from '../api/client'
import { useAsk } from '../api/hooks'
import { OperationButton } from '../commands/operation-dialog'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { SelectField, TextField } from '../parts/field'
import { Filters } from '../parts/filters'
import { Answered, Empty } from '../parts/loading'
import { Page } from '../parts/page'
import { cursorOf, Paging } from '../parts/paging'
import { type Column, Table } from '../parts/table'
import { Time } from '../parts/time'
import { announce } from '../parts/toast'
import { type Job, JobActions, JobBadge } from './job-actions'
import { jobTexts } from './texts'

const rowsPerPage = 50
const refreshMs = 5000
const states = ['dead', 'queued', 'running', 'done'] as const

/** `/console/jobs`: background work, and what became of it. */
export function JobsPage() {
  const t = useTexts(jobTexts)
  const navigate = useNavigate()
  const { search, change, clear, isFiltered } = useAddress('state', 'kind')
  const { page, ...filters } = search
  const after = cursorOf(page)
  const input = { ...filters, limit: rowsPerPage, ...(after && { after }) } as unknown as Input<'GET /jobs'>
  const query = useAsk('GET /jobs', input, { everyMs: page ? undefined : refreshMs })
  return (
    <Page
      title={t.title}
      actions={
        <OperationButton
          command="job retry"
          role="operator"
          label={t.retryKind}
          only={['kind']}
          initial={{ kind: search.kind ?? 'deliver' }}
          onDone={(result) => {
            const answer = result as Answer<'POST /jobs/retry'>
            if ('retried' in answer) announce(t.retriedMany(formatNumber(answer.retried)))
          }}
        />
      }
    >
      <Filters state={filters} isFiltered={isFiltered} onApply={change} onClear={clear}>
        <SelectField
          label={t.state}
          name="state"
          defaultValue={search.state}
          choices={[{ value: '', label: t.any }, ...states.map((state) => ({ value: state, label: t[state] }))]}
        />
        <TextField label={t.kind} name="kind" defaultValue={search.kind} />
      </Filters>
      <Answered query={query}>
        {({ jobs, next }) =>
          jobs.length ? (
            <>
              <Table
                caption={t.title}
                columns={columnsOf(t)}
                rows={jobs}
                keyOf={({ id }) => String(id)}
                onOpen={({ id }) => navigate({ to: '/jobs/$job', params: { job: String(id) } })}
              />
              <Paging stack={page} next={next} onChange={(stack) => change({ page: stack })} />
            </>
          ) : (
            <Empty title={isFiltered ? t.noMatch : t.none} />
          )
        }
      </Answered>
    </Page>
  )
}

const columnsOf = (t: (typeof jobTexts)['en']): Column<Job>[] => [
  {
    key: 'id',
    heading: t.id,
    cell: ({ id }) => (
      <Link to="/jobs/$job" params={{ job: String(id) }} className="text-accent underline">
        {t.job(String(id))}
      </Link>
    ),
  },
  { key: 'kind', heading: t.kind, cell: ({ kind }) => kind },
  { key: 'state', heading: t.state, cell: ({ state }) => <JobBadge state={state} /> },
  { key: 'attempts', heading: t.attempts, isNumber: true, cell: ({ attempts }) => String(attempts) },
  {
    key: 'due',
    heading: t.due,
    cell: ({ state, run_at: at }) => <Time at={state === 'queued' ? at : null} isRelative />,
  },
  { key: 'error', heading: t.error, cell: (job) => job.last_error },
  { key: 'actions', heading: '', cell: (job) => <JobActions job={job} /> },
]
