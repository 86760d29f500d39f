import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { useKeys } from '../shell/shortcuts'
import { ActionDialogs } from './action-dialogs'
import { type LicenseDetails, licenseInput, useLicenseSearch } from './data'
import { usePermitted } from './deed'
import { DeedButton } from './deed-button'
import { applies, type DialogName, dialogCommands, dialogKinds, dialogNames } from './dialogs'
import { licenseTexts } from './texts'

/** The buttons of the page; `e` edits, `b` blocks or unblocks. Nobody sees a button that would be refused. */
export function Actions({ license }: { license: LicenseDetails }) {
  const t = useTexts(licenseTexts)
  const { search, change } = useLicenseSearch()
  const permitted = usePermitted()
  const can = (name: DialogName) => applies[name](license) && permitted(dialogCommands[name]) !== undefined
  const open = (name: DialogName) => change({ do: name })
  useKeys({ ...(can('edit') && { e: () => open('edit') }), ...(can('block') && { b: () => open('block') }) })
  const opened = dialogNames.find((name) => name === search.do)
  return (
    <>
      {license.status === 'blocked' && license.revoked_at === null && (
        <DeedButton
          license={license}
          command="license unblock"
          input={licenseInput(license)}
          label={t.unblock}
          done={t.unblocked}
          kind="primary"
          shortcut="b"
          isUndoable
        />
      )}
      {dialogNames.filter(can).map((name) => (
        <Button key={name} kind={dialogKinds[name] ?? 'plain'} onClick={() => open(name)}>
          {t[`do_${name}`]}
        </Button>
      ))}
      <Button onClick={() => print()}>{t.print}</Button>
      {/* It stays, whatever others do to the licence meanwhile. */}
      {opened && permitted(dialogCommands[opened]) && (
        <ActionDialogs license={license} name={opened} onClose={() => change({ do: undefined })} />
      )}
    </>
  )
}
