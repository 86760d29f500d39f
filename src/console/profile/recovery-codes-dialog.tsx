import { useTexts } from '../i18n/texts'
import { Button, buttonClass } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { Dialog } from '../parts/dialog'
import { profileTexts } from './texts'

/** Recovery codes, the one time they are shown. */
export function RecoveryCodesDialog({ codes, onDone }: { codes: readonly string[]; onDone(): void }) {
  const t = useTexts(profileTexts)
  const text = codes.join('\n')
  return (
    <Dialog title={t.recovery} isOpen isFixed onClose={onDone}>
      <p>{t.recoveryNote}</p>
      <p className="font-medium">{t.recoveryOnce}</p>
      <ul className="grid gap-x-6 gap-y-1 sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="no-print flex flex-wrap gap-2">
        <CopyButton text={text} />
        <a
          className={buttonClass()}
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
          download="latchkey-recovery-codes.txt"
        >
          {t.download}
        </a>
        <Button onClick={() => print()}>{t.print}</Button>
        <Button kind="primary" onClick={onDone}>
          {t.done}
        </Button>
      </div>
    </Dialog>
  )
}
