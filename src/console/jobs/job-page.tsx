import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { Answered } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { TextBlock } from '../parts/text-block'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { JobActions, JobBadge } from './job-actions'
import { jobTexts } from './texts'

const refreshMs = 3000

/** `/console/jobs/5`: one job. */
export function JobPage() {
  const t = useTexts(jobTexts)
  const parts = useTexts(partTexts)
  const navigate = useNavigate()
  const { job: id } = useParams({ from: '/jobs/$job' })
  const query = useAsk('GET /jobs/:id', { id: Number(id) }, { everyMs: refreshMs })
  return (
    <Page
      title={t.job(id)}
      actions={
        <>
          <Link to="/jobs" className={buttonClass()}>
            {t.back}
          </Link>
          {query.data && <JobActions job={query.data} onDeleted={() => navigate({ to: '/jobs' })} />}
        </>
      }
    >
      <Answered query={query}>
        {(job) => (
          <>
            <Card>
              <Facts
                facts={[
                  [t.kind, job.kind],
                  [t.state, <JobBadge key="state" state={job.state} />],
                  [t.attempts, String(job.attempts)],
                  [t.due, <Time key="due" at={job.run_at} />],
                  [t.lane, job.lane ?? parts.none],
                  [t.error, job.last_error ?? parts.none],
                  [t.createdAt, <Time key="created" at={job.created_at} />],
                  [t.finishedAt, <Time key="finished" at={job.finished_at} />],
                ]}
              />
            </Card>
            <Card title={t.payload}>
              <TextBlock name={t.payload} text={JSON.stringify(job.payload, null, 2)} />
            </Card>
          </>
        )}
      </Answered>
    </Page>
  )
}
