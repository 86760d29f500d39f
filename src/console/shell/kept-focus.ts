import { useEffect } from 'react'

const delayMs = 60
/** With these, the user decides what is in view. */
const userEvents = ['keydown', 'pointerdown', 'wheel', 'touchmove'] as const
const around = 'li, tr, fieldset, form, details, section, [role=dialog], main'

/**
 * Moves the focus on when what has it goes away, such as the button of a row that was removed: to what is around it, or
 * to where it was on the page before a dialog. Without it, the keyboard would begin again at the top of the page. Keeps
 * in view what has the focus, until the user scrolls or goes on.
 */
export function useKeptFocus() {
  useEffect(() => {
    let focused: readonly Element[] = []
    let onPage: readonly Element[] = []
    let mustSee: Element | undefined
    let timer: ReturnType<typeof setTimeout> | undefined

    function remember({ target }: FocusEvent) {
      if (!(target instanceof Element)) return
      focused = withAncestors(target)
      mustSee = target
      later()
      if (target.closest('main, header, nav')) onPage = focused
    }

    function restore() {
      timer = undefined
      const active = document.activeElement
      // A message or a dialog that closes gives the focus back without scrolling, and what arrives may push it away.
      if (active && active === mustSee && isOutOfView(active)) active.scrollIntoView({ block: 'nearest' })
      if ((active && active !== document.body) || !focused[0] || focused[0].isConnected) return
      const next =
        focused.find(isUsable) ??
        onPage.find((each) => each.isConnected && (each === onPage[0] || isUsable(each))) ??
        document.querySelector('main')
      if (!(next instanceof HTMLElement)) return
      if (next.tabIndex < 0) next.tabIndex = -1
      next.focus()
    }

    function leave() {
      mustSee = undefined
    }

    // Later, so that a dialog that closes can put the focus back by itself.
    function later() {
      timer ??= setTimeout(restore, delayMs)
    }

    const observer = new MutationObserver(later)
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
    document.addEventListener('focusin', remember)
    for (const type of userEvents) document.addEventListener(type, leave, { passive: true })
    return () => {
      observer.disconnect()
      document.removeEventListener('focusin', remember)
      for (const type of userEvents) document.removeEventListener(type, leave)
      clearTimeout(timer)
    }
  }, [])
}

const headerHeight = 60

function isOutOfView(element: Element) {
  const { top, bottom } = element.getBoundingClientRect()
  return bottom <= headerHeight || top >= innerHeight
}

const isUsable = (element: Element) => element.isConnected && element.matches(around)

function withAncestors(element: Element): readonly Element[] {
  const found: Element[] = []
  for (let each: Element | null = element; each && each !== document.body; each = each.parentElement) found.push(each)
  return found
}
