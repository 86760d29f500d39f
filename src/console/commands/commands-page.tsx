import { Link } from '@tanstack/react-router'
import { isAtLeast, useSession } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Answered } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { commandPath } from '../shell/palette-items'
import { useOperationForms } from './forms'
import { commandTexts } from './texts'

/** `/console/commands`: every operation that the role permits, by subject. */
export function CommandsPage() {
  const t = useTexts(commandTexts)
  const role = useSession().data?.role ?? ''
  return (
    <Page title={t.list}>
      <Answered query={useOperationForms()}>
        {(forms) =>
          [
            ...Map.groupBy(
              forms.filter((form) => isAtLeast(role, form.role)),
              ({ subject }) => subject,
            ),
          ].map(([subject, some]) => (
            <Card key={subject} title={subject}>
              <ul className="flex flex-col gap-1">
                {some.map(({ command, summary }) => (
                  <li key={command} className="flex flex-wrap gap-x-3">
                    <Link to={commandPath(command) as never} className="font-medium text-accent underline">
                      {command}
                    </Link>
                    <span className="text-muted">{summary}</span>
                  </li>
                ))}
              </ul>
            </Card>
          ))
        }
      </Answered>
    </Page>
  )
}
