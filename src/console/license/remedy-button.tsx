import type { Remedy } from '../api/remedy'
import { RemedyButtons } from '../commands/remedy-buttons'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { type LicenseDetails, licenseInput, useLicenseSearch } from './data'
import { type Deed, usePermitted } from './deed'
import { DeedButton } from './deed-button'
import { freed } from './expected'
import { type ExplanationTexts, explanationTexts } from './explanation-texts'

interface Props {
  license: LicenseDetails
  remedy: Remedy
}

/** What helps against a broken rule, as a button that does it, or opens the dialog that asks for the rest. */
export function RemedyButton({ license, remedy }: Props) {
  const t = useTexts(explanationTexts)
  const { change } = useLicenseSearch()
  const permitted = usePermitted()
  if (!permitted(remedy.operation)) return null
  const dialog = dialogs[remedy.operation]
  if (dialog) {
    return <Button onClick={() => change({ do: dialog })}>{dialog === 'replace' ? t.replace : t.assign}</Button>
  }
  const direct = directDeed(remedy, t)
  if (!direct) return <RemedyButtons remedies={[remedy]} />
  const input = 'license_key' in remedy.input ? { ...remedy.input, ...licenseInput(license) } : remedy.input
  return <DeedButton license={license} command={remedy.operation} input={input} {...direct} />
}

/** Remedies that need more than a click, and the dialog of each. */
const dialogs: Readonly<Record<string, string>> = { 'license assign': 'assign', 'license replace': 'replace' }

type Direct = Pick<Deed, 'done' | 'isUndoable' | 'expected'> & { label: string }

/** Remedies that a click does. */
function directDeed({ operation, input }: Remedy, t: ExplanationTexts): Direct | undefined {
  switch (operation) {
    case 'license unblock':
      return { label: t.unblock, done: t.unblocked, isUndoable: true }
    case 'license extend':
      return { label: t.extend(String(input.by)), done: t.extended, isUndoable: true }
    case 'activation deactivate': {
      const device = String(input.identifier)
      return { label: t.free(device), done: t.freed(device), isUndoable: true, expected: freed(device) }
    }
    case 'license edit':
      if (input.activation_limit !== undefined) {
        return { label: t.raise(String(input.activation_limit)), done: t.raised, isUndoable: true }
      }
      return { label: t.restock, done: t.restocked, isUndoable: true }
    case 'product set':
      return { label: t.activateProduct, done: t.productActivated }
    case 'blocklist remove':
      return { label: t.unlist, done: t.unlisted }
    default:
      return undefined
  }
}
