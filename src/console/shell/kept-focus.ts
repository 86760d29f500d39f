import { useEffect } from 'react'

const delayMs = 60
const around = 'li, tr, fieldset, form, details, section, [role=dialog], main'

/**
 * Moves the focus on when what has it goes away, such as the button of a row that was removed: to what is around it, or
 * to where it was on the page before a dialog. Without it, the keyboard would begin again at the top of the page.
 */
export function useKeptFocus() {
  useEffect(() => {
    let focused: readonly Element[] = []
    let onPage: readonly Element[] = []
    let timer: ReturnType<typeof setTimeout> | undefined

    function remember({ target }: FocusEvent) {
      if (!(target instanceof Element)) return
      focused = withAncestors(target)
      if (target.closest('main, header, nav')) onPage = focused
    }

    function restore() {
      timer = undefined
      const isLost = !document.activeElement || document.activeElement === document.body
      if (!isLost || !focused[0] || focused[0].isConnected) return
      const next =
        focused.find(isUsable) ??
        onPage.find((each) => each.isConnected && (each === onPage[0] || isUsable(each))) ??
        document.querySelector('main')
      if (!(next instanceof HTMLElement)) return
      if (next.tabIndex < 0) next.tabIndex = -1
      next.focus()
    }

    // Later, so that a dialog that closes can put the focus back by itself.
    const observer = new MutationObserver(() => {
      timer ??= setTimeout(restore, delayMs)
    })
    observer.observe(document.body, { childList: true, subtree: true })
    document.addEventListener('focusin', remember)
    return () => {
      observer.disconnect()
      document.removeEventListener('focusin', remember)
      clearTimeout(timer)
    }
  }, [])
}

const isUsable = (element: Element) => element.isConnected && element.matches(around)

function withAncestors(element: Element): readonly Element[] {
  const found: Element[] = []
  for (let each: Element | null = element; each && each !== document.body; each = each.parentElement) found.push(each)
  return found
}
