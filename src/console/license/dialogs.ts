import type { ButtonKind } from '../parts/button'
import type { LicenseDetails } from './data'

/** The dialogs of the page, by what stands in its address, and the operation of each. */
export const dialogCommands = {
  edit: 'license edit',
  extend: 'license extend',
  block: 'license block',
  assign: 'license assign',
  replace: 'license replace',
  revoke: 'license revoke',
  delete: 'license delete',
} as const

export type DialogName = keyof typeof dialogCommands

export const dialogNames = Object.keys(dialogCommands) as DialogName[]

/** Whether an operation makes sense for a licence as it stands; the server would refuse the others. */
export const applies: Readonly<Record<DialogName, (license: LicenseDetails) => boolean>> = {
  edit: () => true,
  extend: ({ expires_at, revoked_at }) => expires_at !== null && revoked_at === null,
  block: ({ status }) => status !== 'blocked',
  assign: ({ status }) => status === 'available',
  replace: ({ assigned_at, owner_name, owner_email, replaced_by }) =>
    replaced_by === null && Boolean(assigned_at ?? owner_email ?? owner_name),
  revoke: ({ revoked_at }) => revoked_at === null,
  delete: () => true,
}

export const dialogKinds: Partial<Record<DialogName, ButtonKind>> = {
  block: 'danger',
  revoke: 'danger',
  delete: 'danger',
}
