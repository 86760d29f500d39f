import { useState } from 'react'
import { useTexts } from '../i18n/texts'
import { Dialog } from '../parts/dialog'
import { CheckboxField } from '../parts/field'
import { Facts } from '../parts/page'
import { useChangePreferences } from '../preferences/preferences'
import { navigation } from './navigation'
import { hasSingleKeys } from './shortcuts'
import { shellTexts } from './texts'

/** The list of shortcuts. */
export function ShortcutHelp({ onClose }: { onClose(): void }) {
  const t = useTexts(shellTexts)
  const [isOn, setOn] = useState(hasSingleKeys())
  const change = useChangePreferences()
  const keys = [
    ['Ctrl+K, /', t.keySearch],
    ['g', t.keyGo],
    ['j, k', t.keyRows],
    ['x', t.keyChoose],
    ['Enter', t.keyOpen],
    ['e, b', t.keyLicense],
    ['F6', t.keyMessages],
    ['?', t.keyHelp],
  ] as const
  const pages = navigation.flatMap(({ key, text }) => (key ? [[`g ${key}`, t[text]] as const] : []))
  return (
    <Dialog title={t.keysTitle} isOpen onClose={onClose}>
      <Facts facts={[...keys, ...pages]} />
      <CheckboxField
        label={t.singleKeys}
        description={t.singleKeysNote}
        checked={isOn}
        onChange={({ target }) => {
          setOn(target.checked)
          change.mutate({ shortcuts: target.checked })
        }}
      />
    </Dialog>
  )
}
