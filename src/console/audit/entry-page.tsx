import { Link, useParams } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { Answered } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { SubjectName } from './audit-page'
import { Changes } from './changes'
import { subjectPage } from './subject-page'
import { auditTexts } from './texts'

const linkClass = 'text-accent underline'

/** Leads to what the entry is about, if that has a page. */
function SubjectLink({ entry }: { entry: Answer<'GET /audit/:id'> }) {
  const t = useTexts(auditTexts)
  const page = subjectPage(entry)
  if (!page) return null
  return (
    <Link {...page} className={buttonClass()}>
      {t.openSubject}
    </Link>
  )
}

/** `/console/audit/120`: one entry, before and after. */
export function EntryPage() {
  const t = useTexts(auditTexts)
  const parts = useTexts(partTexts)
  const { entry: id } = useParams({ from: '/audit/$entry' })
  const query = useAsk('GET /audit/:id', { id: Number(id) })
  return (
    <Page
      title={t.entry(id)}
      actions={
        <>
          <Link to="/audit" className={buttonClass()}>
            {t.back}
          </Link>
          {query.data && <SubjectLink entry={query.data} />}
        </>
      }
    >
      <Answered query={query}>
        {(entry) => (
          <>
            <Card>
              <Facts
                facts={[
                  [t.when, <Time key="at" at={entry.at} />],
                  [
                    t.who,
                    <Link key="who" to="/audit" search={{ actor: entry.actor }} className={linkClass} title={t.ofActor}>
                      {entry.actor}
                    </Link>,
                  ],
                  [t.action, entry.verb],
                  [
                    t.subject,
                    <Link
                      key="subject"
                      to="/audit"
                      search={{ subject: entry.subject, id: entry.subject_id }}
                      className={linkClass}
                      title={t.ofSubject}
                    >
                      <SubjectName entry={entry} />
                    </Link>,
                  ],
                  [
                    t.request,
                    entry.request_id ? (
                      <Link
                        key="request"
                        to="/audit"
                        search={{ request_id: entry.request_id }}
                        className={linkClass}
                        title={t.ofRequest}
                      >
                        {entry.request_id}
                      </Link>
                    ) : (
                      parts.none
                    ),
                  ],
                  [t.hash, <code key="hash">{entry.hash}</code>],
                ]}
              />
            </Card>
            <Card title={t.changes}>
              <Changes before={entry.before} after={entry.after} />
            </Card>
          </>
        )}
      </Answered>
    </Page>
  )
}
