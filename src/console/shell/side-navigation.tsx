import { Link } from '@tanstack/react-router'
import { basePath } from '../api/base-path'
import { useSession } from '../api/session'
import { useTexts } from '../i18n/texts'
import { pagesOf } from './navigation'
import { shellTexts } from './texts'

const groups = ['daily', 'catalogue', 'machines', 'installation'] as const
const linkClass = 'block rounded px-2 py-1 aria-[current=page]:bg-selected aria-[current=page]:font-semibold'

/** The pages, by group. */
export function SideNavigation({ onChosen }: { onChosen?: () => void }) {
  const t = useTexts(shellTexts)
  const role = useSession().data?.role ?? ''
  const pages = pagesOf(role)
  return (
    <nav aria-label={t.navigation} className="flex flex-col gap-3 text-sm">
      {groups.map((group) => {
        const items = pages.filter((item) => item.group === group)
        if (!items.length) return null
        return (
          <div key={group}>
            <p className="px-2 text-muted">{t[group]}</p>
            <ul>
              {items.map(({ to, text }) => (
                <li key={to}>
                  <Link to={to as never} className={linkClass} onClick={onChosen}>
                    {t[text]}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        )
      })}
      <a href={`${basePath}/docs`} className={linkClass}>
        {t.docs}
      </a>
    </nav>
  )
}
