import { useNavigate } from '@tanstack/react-router'
import { useTexts } from '../i18n/texts'
import { ActionDialog, type ActionField } from './action-dialog'
import type { LicenseDetails } from './data'
import { type DialogName, dialogCommands } from './dialogs'
import { type LicenseTexts, licenseTexts } from './texts'

interface Props {
  license: LicenseDetails
  name: DialogName
  onClose(): void
}

const undoable: readonly DialogName[] = ['edit', 'extend', 'block', 'assign']

/** The dialog of one operation on the licence. */
export function ActionDialogs({ license, name, onClose }: Props) {
  const t = useTexts(licenseTexts)
  const navigate = useNavigate()
  function onDone(result: Record<string, unknown>) {
    if (name === 'delete') navigate({ to: '/licenses' })
    if (name === 'replace') navigate({ to: '/licenses/$id', params: { id: String(result.id) } })
  }
  return (
    <ActionDialog
      license={license}
      command={dialogCommands[name]}
      title={t[`do_${name}`]}
      about={t[`about_${name}`]}
      fields={fieldsOf(name, license, t)}
      isEdit={name === 'edit'}
      isUndoable={undoable.includes(name)}
      done={t[`done_${name}`]}
      onDone={onDone}
      onClose={onClose}
    />
  )
}

function fieldsOf(name: DialogName, license: LicenseDetails, t: LicenseTexts): ActionField[] {
  const reason: ActionField = { name: 'reason', label: t.reason, description: t.reasonNote }
  switch (name) {
    case 'edit':
      return editFields(license, t)
    case 'extend':
      return [{ name: 'days', label: t.extraDays, kind: 'number', value: '30', isRequired: true }]
    case 'assign':
      return [
        { name: 'owner_name', label: t.owner },
        { name: 'owner_email', label: t.email, kind: 'email' },
      ]
    case 'replace':
      return [
        { name: 'move_seats', label: t.moveSeats, description: t.moveSeatsNote, kind: 'check' },
        { name: 'new_key', label: t.newKey, description: t.newKeyNote },
        reason,
      ]
    case 'block':
    case 'revoke':
      return [reason]
    case 'delete':
      return []
  }
}

function editFields(license: LicenseDetails, t: LicenseTexts): ActionField[] {
  const { owner_name, owner_email, activation_limit, validity, expires_at, assigned_at } = license
  return [
    { name: 'owner_name', label: t.owner, value: owner_name ?? '' },
    { name: 'owner_email', label: t.email, kind: 'email', value: owner_email ?? '' },
    {
      name: 'activation_limit',
      label: t.limit,
      description: t.limitNote,
      kind: 'number',
      value: String(activation_limit),
    },
    { name: 'validity', label: t.validity, description: t.validityNote, kind: 'number', value: String(validity) },
    ...(assigned_at
      ? [
          {
            name: 'expires_at',
            label: t.expiresAt,
            description: t.expiresNote,
            kind: 'date' as const,
            value: expires_at?.slice(0, 10) ?? '',
          },
          { name: 'assigned_at', label: t.assignedAt, kind: 'date' as const, value: assigned_at.slice(0, 10) },
        ]
      : []),
  ]
}
