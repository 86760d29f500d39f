import type { License } from '../../../db/schema/licensing'
import { counted } from '../../kernel/counted'
import { expiryOf, isExpired } from '../licenses/policy'
import { seatsOf, standingOf } from './state'

/**
 * What a change takes from the devices or the owner of a licence, as sentences with before and after; empty if nothing.
 */
export function lossOf(before: License, after: License, taken: number, now: Date): string {
  if (!isUsable(before, now)) return ''
  if (!isUsable(after, now)) return endOfUse(before, after, taken, now)
  return [shorterTime(before, after), fewerSeats(before, after, taken), otherProduct(before, after, taken)]
    .filter(Boolean)
    .join(' ')
}

const isUsable = (license: License, now: Date) => license.status === 'assigned' && !isExpired(license, now)

function endOfUse(before: License, after: License, taken: number, now: Date): string {
  const { licenseKey } = before
  if (isExpired(after, now)) {
    return `This ends licence key "${licenseKey}" at once: it ends ${endWords(before)} → ${endWords(after)}. ${refusal(taken)}`
  }
  // Blocking a licence without devices takes nothing and is undone by one command.
  if (after.status === 'blocked' && !after.revokedAt && !taken) return ''
  return `Licence key "${licenseKey}" is ${standingOf(before)} → ${standingOf(after)}. ${refusal(taken)}`
}

/** Who is refused when a licence becomes invalid. */
export const refusal = (taken: number) =>
  taken ? `${counted(taken, 'device that uses it', 'devices that use it')} will be refused.` : 'No device uses it.'

function shorterTime(before: License, after: License) {
  const [was, is] = [endMs(before), endMs(after)]
  if (is >= was) return ''
  return `This shortens licence key "${before.licenseKey}": it ends ${endWords(before)} → ${endWords(after)}.`
}

function fewerSeats(before: License, after: License, taken: number) {
  if (after.activationLimit < 1 || taken <= after.activationLimit) return ''
  if (before.activationLimit > 0 && before.activationLimit <= after.activationLimit) return ''
  const words = `${seatsOf(before, taken)} → ${seatsOf(after, taken)}`
  return `Licence key "${before.licenseKey}": ${words}; its devices keep their seats, and further ones get none.`
}

function otherProduct(before: License, after: License, taken: number) {
  if (before.productId === after.productId || !taken) return ''
  const words = `from product ${before.productId} → ${after.productId}`
  return `Licence key "${before.licenseKey}" moves ${words}: software that names its product refuses it on ${counted(taken, 'device')}.`
}

const endMs = (license: License) => expiryOf(license)?.getTime() ?? Number.POSITIVE_INFINITY

/** The end of a licence, in as few words as a message needs. */
export const endWords = (license: License) => {
  const expiry = expiryOf(license)
  return expiry ? `${expiry.toISOString().slice(0, 16)}Z` : 'never'
}
