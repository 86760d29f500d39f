import type { ReactNode } from 'react'

/** A region that scrolls sideways by itself, with the keyboard too. */
export const ScrollArea = ({
  name,
  className = '',
  children,
}: {
  name: string
  className?: string
  children: ReactNode
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus, the keyboard could not scroll it
  <section tabIndex={0} aria-label={name} className={`overflow-x-auto ${className}`}>
    {children}
  </section>
)
