import { createRootRoute, Link } from '@tanstack/react-router'
import { useTexts } from './i18n/texts'
import { ErrorBox } from './parts/error-box'
import { Empty } from './parts/loading'
import { Shell } from './shell/shell'
import { shellTexts } from './shell/texts'

/** The route around all pages. */
export const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <ErrorBox error={error} onRetry={() => location.reload()} />,
})

function NotFound() {
  const t = useTexts(shellTexts)
  return (
    <Empty title={t.notFound}>
      <Link to={'/' as never} className="text-accent underline">
        {t.toToday}
      </Link>
    </Empty>
  )
}
