import { maskedKey } from '../../call-log/mask'
import type { Queryable } from '../../database/connection'
import { keyLengthMax } from '../licenses/model'
import { listKeysAmong } from '../licenses/service'

const keyFields: readonly string[] = ['license_key', 'license_keys', 'new_key', 'replaced_by', 'replaces']
const addressFields: readonly string[] = ['email', 'owner_email']
/** Names of users, which may look like addresses. */
const userFields: readonly string[] = ['actor', 'user']

const addressPattern = /[^\s@"'“”<>(),;:=[\]{}]+@[^\s@"'“”<>(),;:=[\]{}]+/g
const wordPattern = /[^\s"'“”‘’,;()<>[\]{}|=]+/g
const endingPattern = /[.:!?…]+$/

/** An e-mail address masked for recognition: `a…@e….com`. */
function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@')
  if (at < 0) return `${address.slice(0, 1)}…`
  const domain = address.slice(at + 1)
  const dot = domain.lastIndexOf('.')
  return `${address.slice(0, 1)}…@${domain.slice(0, 1)}…${dot > 0 ? domain.slice(dot) : ''}`
}

/**
 * A JSON value with every licence key and e-mail address in it masked: by the name of the field, and wherever a text is,
 * or mentions, an address or the key of a licence.
 */
export async function maskedValue(db: Queryable, value: unknown): Promise<unknown> {
  const words = new Set<string>()
  collectWords(value, words)
  const keys = new Set(words.size ? await listKeysAmong(db, words) : [])
  return masked(value, '', keys)
}

function collectWords(value: unknown, words: Set<string>) {
  if (typeof value === 'string') {
    for (const word of [value, ...(value.match(wordPattern) ?? [])]) {
      for (const each of [word, word.replace(endingPattern, '')]) {
        if (each.length && each.length <= keyLengthMax) words.add(each)
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      if (!Array.isArray(value)) words.add(name)
      collectWords(each, words)
    }
  }
}

function masked(value: unknown, field: string, keys: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return maskedText(value, field, keys)
  if (Array.isArray(value)) return value.map((each) => masked(each, field, keys))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [keys.has(name) ? maskedKey(name) : name, masked(each, name, keys)]),
  )
}

function maskedText(text: string, field: string, keys: ReadonlySet<string>): string {
  if (userFields.includes(field)) return text
  if (keyFields.includes(field) || keys.has(text)) return maskedKey(text)
  if (addressFields.includes(field)) return text && maskedAddress(text)
  return text.replace(addressPattern, maskedAddress).replace(wordPattern, (word) => {
    if (keys.has(word)) return maskedKey(word)
    const [ending = ''] = endingPattern.exec(word) ?? []
    const bare = word.slice(0, word.length - ending.length)
    return keys.has(bare) ? `${maskedKey(bare)}${ending}` : word
  })
}
