import { useTexts } from '../i18n/texts'
import { Button } from './button'
import { partTexts } from './texts'

/** The cursors of the pages before this one and of this one, as the address holds them: `a~b~c`. */
export type CursorStack = string | undefined

/** The cursor of the page to ask for. */
export const cursorOf = (stack: CursorStack) => stack?.split('~').at(-1)

const pushed = (stack: CursorStack, next: string) => (stack ? `${stack}~${next}` : next)
const popped = (stack: string) => stack.split('~').slice(0, -1).join('~') || undefined

interface Props {
  stack: CursorStack
  /** The cursor of the next page; null on the last. */
  next: string | null
  /** Changes the stack in the address. */
  onChange(stack: CursorStack): void
}

/** Previous and Next of a list whose pages are found by cursors. */
export function Paging({ stack, next, onChange }: Props) {
  const t = useTexts(partTexts)
  if (!stack && !next) return null
  return (
    <nav aria-label={t.pages} className="no-print flex justify-end gap-2">
      <Button disabled={!stack} onClick={() => stack && onChange(popped(stack))}>
        {t.previous}
      </Button>
      <Button disabled={!next} onClick={() => next && onChange(pushed(stack, next))}>
        {t.next}
      </Button>
    </nav>
  )
}
