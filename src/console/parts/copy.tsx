import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { useTexts } from '../i18n/texts'
import { Button } from './button'
import { partTexts } from './texts'

const shownForMs = 2000

/** A button that copies a text; not there where the browser lets no page copy, as over HTTP. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useTexts(partTexts)
  const [isCopied, setCopied] = useState(false)
  // The types know the clipboard of secure pages only.
  if (!('clipboard' in navigator)) return null
  async function copy() {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), shownForMs)
  }
  return (
    <Button onClick={copy}>
      {isCopied ? <Check aria-hidden size={16} /> : <Copy aria-hidden size={16} />}
      {isCopied ? t.copied : (label ?? t.copy)}
    </Button>
  )
}

/** A secret that is shown once. */
export function SecretOnce({ name, secret }: { name: string; secret: string }) {
  const t = useTexts(partTexts)
  return (
    <div className="flex flex-col gap-2 rounded-md border border-warn p-3">
      <p className="text-sm font-medium">
        {name}: {t.secretOnce}
      </p>
      <code>{secret}</code>
      <div>
        <CopyButton text={secret} />
      </div>
    </div>
  )
}
