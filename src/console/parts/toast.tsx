import { Toast } from '@base-ui/react/toast'
import { ApiError } from '../api/errors'
import { currentLanguage } from '../i18n/language'
import { useTexts } from '../i18n/texts'
import { buttonClass } from './button'
import { messageOf } from './error-message'
import { partTexts } from './texts'

const undoableForMs = 10_000
const shownForMs = 5000

const manager = Toast.createToastManager()

interface Undo {
  label: string
  /** Takes it back; why that fails is announced too. */
  run(): unknown
}

/** Says that something was done; with `undo`, offers for ten seconds to take it back. */
export function announce(message: string, undo?: Undo) {
  const id = manager.add({
    description: message,
    timeout: undo ? undoableForMs : shownForMs,
    ...(undo && {
      actionProps: {
        children: undo.label,
        onClick() {
          manager.close(id)
          void attempt(undo)
        },
      },
    }),
  })
}

async function attempt({ run }: Undo) {
  try {
    await run()
  } catch (error) {
    const t = partTexts[currentLanguage()]
    const id = error instanceof ApiError && error.requestId ? ` (${t.requestId(error.requestId)})` : ''
    announce(`${messageOf(error, t)}${id}`)
  }
}

/** Where the messages appear. */
export const Toasts = () => (
  <Toast.Provider toastManager={manager}>
    <Toast.Portal>
      <Toast.Viewport className="no-print fixed inset-x-2 bottom-2 z-60 mx-auto flex max-w-lg flex-col gap-2">
        <List />
      </Toast.Viewport>
    </Toast.Portal>
  </Toast.Provider>
)

function List() {
  const t = useTexts(partTexts)
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="flex items-center justify-between gap-3 rounded-md border border-line bg-card p-3 text-text shadow-lg"
    >
      <Toast.Description className="min-w-0" />
      <div className="flex gap-2">
        {toast.actionProps && <Toast.Action className={buttonClass('primary')} />}
        <Toast.Close className={buttonClass('quiet')}>{t.close}</Toast.Close>
      </div>
    </Toast.Root>
  ))
}
