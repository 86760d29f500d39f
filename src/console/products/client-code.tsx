import { useState } from 'react'
import type { Answer } from '../api/client'
import { useAsk, useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { Dialog } from '../parts/dialog'
import { ErrorBox } from '../parts/error-box'
import { SelectField } from '../parts/field'
import { Answered } from '../parts/loading'
import { saveFile } from '../parts/save-file'
import { TextBlock } from '../parts/text-block'
import { productTexts } from './texts'

type KeyedFile = Answer<'POST /products/:product/clients/:language'>

interface Product {
  id: number
  name: string
}

/** A button that opens the licence check of a product, in any language. */
export function ClientCodeButton({ product }: { product: Product }) {
  const t = useTexts(productTexts)
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t.clientCode}</Button>
      {isOpen && <ClientCodeDialog product={product} onClose={() => setOpen(false)} />}
    </>
  )
}

function ClientCodeDialog({ product, onClose }: { product: Product; onClose(): void }) {
  const t = useTexts(productTexts)
  const languages = useAsk('GET /clients', {})
  return (
    <Dialog title={t.clientCode} isOpen onClose={onClose}>
      <p className="text-sm">{t.clientNote}</p>
      <Answered query={languages}>{({ clients }) => <ClientCode product={product} clients={clients} />}</Answered>
    </Dialog>
  )
}

function ClientCode({ product, clients }: { product: Product; clients: Answer<'GET /clients'>['clients'] }) {
  const t = useTexts(productTexts)
  const mayMakeKey = useMay('owner')
  const [language, setLanguage] = useState(clients[0]!.language)
  const [withKey, setWithKey] = useState<KeyedFile>()
  const wanted = { product: String(product.id), language }
  const printed = useAsk('GET /products/:product/clients/:language', wanted)
  const print = useChange('POST /products/:product/clients/:language', setWithKey)
  const keyed = withKey?.language === language ? withKey : undefined
  const choices = clients.map(({ language: value, title, runs_on }) => ({ value, label: `${title} (${runs_on})` }))
  return (
    <>
      <SelectField
        label={t.language}
        choices={choices}
        value={language}
        onChange={(event) => setLanguage(event.target.value)}
      />
      <Answered query={printed}>
        {(keyless) => (
          <>
            <p className="text-sm">{keyed ? `${t.hasKey} ${keyed.api_key_name}` : t.noKey}</p>
            <Source name={t.file} fileName={(keyed ?? keyless).file_name} text={(keyed ?? keyless).source} />
            {mayMakeKey && !keyed && (
              <div>
                <Button kind="primary" disabled={print.isPending} onClick={() => print.mutate(wanted)}>
                  {t.withKey}
                </Button>
              </div>
            )}
            {print.error ? <ErrorBox error={print.error} /> : null}
            <Source name={t.program} fileName={keyless.program_name} text={keyless.program} />
          </>
        )}
      </Answered>
    </>
  )
}

/** A text to copy or to save, under its name. */
function Source({ name, fileName, text }: { name: string; fileName: string; text: string }) {
  const t = useTexts(productTexts)
  return (
    <section className="flex flex-col gap-2" aria-label={name}>
      <h3 className="font-medium">
        {name}: <code>{fileName}</code>
      </h3>
      <TextBlock name={fileName} text={text} />
      <div className="flex flex-wrap gap-2">
        <CopyButton text={text} />
        <Button onClick={() => saveFile(fileName, new Blob([text], { type: 'text/plain' }))}>{t.save}</Button>
      </div>
    </section>
  )
}
