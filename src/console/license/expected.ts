import type { LicenseDetails } from './data'

/** The licence once the seat of a device is free. */
export const freed =
  (device: string) =>
  (license: LicenseDetails): LicenseDetails => {
    const isTheirs = ({ identifier, status }: LicenseDetails['activations'][number]) =>
      identifier === device && status === 'active'
    if (!license.activations.some(isTheirs)) return license
    return {
      ...license,
      seats_taken: license.seats_taken - 1,
      activations: license.activations.map((seat) =>
        isTheirs(seat) ? { ...seat, status: 'inactive', deactivated_at: new Date().toISOString() } : seat,
      ),
    }
  }

/** The licence once a note is added. */
export const noted =
  (note: string, actor: string) =>
  (license: LicenseDetails): LicenseDetails => ({
    ...license,
    notes: [{ id: 0, at: new Date().toISOString(), actor, note }, ...license.notes],
  })
