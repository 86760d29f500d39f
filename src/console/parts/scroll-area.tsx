import type { ReactNode } from 'react'

interface Props {
  name: string
  className?: string
  /** Whether its end is seen first, where that is the latest. */
  isAtEnd?: boolean
  children: ReactNode
}

/** A region that scrolls sideways by itself, with the keyboard too. */
export const ScrollArea = ({ name, className = '', isAtEnd = false, children }: Props) => (
  <section
    ref={isAtEnd ? scrollToEnd : null}
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus, the keyboard could not scroll it
    tabIndex={0}
    aria-label={name}
    className={`relative overflow-x-auto ${className}`}
  >
    {children}
  </section>
)

function scrollToEnd(area: HTMLElement | null) {
  if (area) area.scrollLeft = area.scrollWidth
}
