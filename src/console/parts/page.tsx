import { type ReactNode, useEffect } from 'react'

interface Props {
  title: string
  /** Buttons that act on the whole page. */
  actions?: ReactNode
  children: ReactNode
}

/** A page: its title, which is also the browser's, its actions, and its content. */
export function Page({ title, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Latchkey`
  }, [title])
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="min-w-0 text-xl font-semibold" tabIndex={-1}>
          {title}
        </h1>
        {actions && <div className="no-print flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  )
}

/** A part of a page with its heading. */
export const Card = ({ title, actions, children }: { title?: string; actions?: ReactNode; children: ReactNode }) => (
  <section className="flex min-w-0 flex-col gap-3 rounded-lg border border-line bg-card p-4">
    {(title || actions) && (
      <div className="flex flex-wrap items-center justify-between gap-2">
        {title && <h2 className="font-semibold">{title}</h2>}
        {actions && <div className="no-print flex flex-wrap gap-2">{actions}</div>}
      </div>
    )}
    {children}
  </section>
)

/** Names and their values. */
export const Facts = ({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className="grid grid-cols-1 gap-x-4 gap-y-1 sm:grid-cols-[fit-content(33%)_1fr]">
    {facts.map(([name, value]) => (
      <div key={name} className="contents">
        <dt className="text-muted">{name}</dt>
        <dd className="min-w-0">{value}</dd>
      </div>
    ))}
  </dl>
)
