import { useTexts } from '../i18n/texts'
import { CopyButton, SecretOnce } from './copy'
import { Dialog } from './dialog'
import { partTexts } from './texts'

interface Props {
  title: string
  name: string
  secret: string
  /** The variable under which programs find it. */
  variable: string
  onClose(): void
}

/** A new secret, shown once: to copy as it is, or as a line of an `.env` file. */
export function SecretDialog({ title, name, secret, variable, onClose }: Props) {
  const t = useTexts(partTexts)
  const line = `${variable}=${secret}`
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <SecretOnce name={name} secret={secret} />
      <div className="flex flex-col gap-2">
        <code className="text-sm">{line}</code>
        <div>
          <CopyButton text={line} label={t.copyEnv} />
        </div>
      </div>
    </Dialog>
  )
}
