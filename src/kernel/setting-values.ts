import { parseCidr } from './addresses'
import { parseDuration } from './durations'
import { yesOrNo } from './yes-or-no'

// Parsers for settings; each throws the values it accepts when the text is invalid.

/** What kind of text a parser accepts, for those who offer a field for it. */
export interface ValueForm {
  readonly type: 'text' | 'number' | 'choice' | 'addresses' | 'origins' | 'url' | 'interval'
  readonly choices?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
}

const accepting = <T>(form: ValueForm, parse: (text: string) => T) => Object.assign(parse, { form })

/** The form of what a parser accepts: any text, unless it says otherwise. */
export const formOf = (parse: object): ValueForm => ('form' in parse ? (parse.form as ValueForm) : { type: 'text' })

export const asItIs = (text: string) => text

export const singleWord = (text: string) => {
  if (!/^[\w-]+$/.test(text)) throw new Error('a word of letters, digits and hyphens')
  return text
}

export const wholeNumber = (least: number, most: number) =>
  accepting({ type: 'number', minimum: least, maximum: most }, (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) throw new Error(`a whole number from ${least} to ${most}`)
    return value
  })

export const path = (text: string) => {
  if (!text) throw new Error('the path of a folder')
  return text
}

export const oneOf = <const Words extends readonly string[]>(...words: Words) =>
  accepting({ type: 'choice', choices: words }, (text): Words[number] => {
    const word = text.toLowerCase()
    if (!words.includes(word)) throw new Error(`one of ${words.join(', ')}`)
    return word
  })

export const addresses = accepting({ type: 'addresses' }, (text) => {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  for (const part of parts) if (!parseCidr(part)) throw new Error('addresses or CIDR ranges, separated by commas')
  return parts
})

export const httpUrl = accepting({ type: 'url' }, (text) => {
  if (text !== '' && !/^https?:\/\/[^/?#\s]+(\/[^?#\s]*)?$/.test(text))
    throw new Error('the beginning of a URL: https://…')
  return text.replace(/\/+$/, '')
})

/** Parses the place of files in S3-compatible storage; empty for none. */
export const bucketUrl = (text: string) => {
  const url = text.replace(/\/+$/, '')
  const isUrl = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/(?!\.{1,2}(\/|$))[\w.-]+)*$/.test(url)
  if (text !== '' && !isUrl) throw new Error('s3://bucket or s3://bucket/prefix, or nothing for the data folder')
  return url
}

/** Parses the address of a server, without a name or password in it. */
export const serverUrlText = (text: string) => {
  if (text !== '' && (!URL.canParse(text) || /[?#@]/.test(text)))
    throw new Error('a URL such as https://s3.example.com')
  return httpUrl(text)
}

/**
 * Parses the address of a PostgreSQL database, or several separated by commas; the hosts of one address may be a list, as
 * in libpq.
 */
export const databaseUrl = (text: string) => {
  const addresses = text === '' ? [] : text.split(/,(?=postgres(?:ql)?:)/).flatMap(oneHostEach)
  if (
    !addresses.every((address) => /^postgres(ql)?:$/.test(protocolOf(address)) && new URL(address).pathname.length > 1)
  )
    throw new Error('postgres://user:password@host/database, or nothing for the file in the data folder')
  return Object.assign(addresses, { toString: () => addresses.join(',') })
}

function oneHostEach(address: string): string[] {
  const [, before, hosts, after] = /^(\w+:\/\/(?:[^@/]*@)?)([^/?]*)(.*)$/s.exec(address.trim()) ?? []
  return hosts === undefined ? [address] : hosts.split(',').map((host) => `${before}${host}${after}`)
}

const protocolOf = (address: string) => (URL.canParse(address) ? new URL(address).protocol : '')

/** Pairs such as `admins=owner, staff=operator`. */
export const rolePairs = (text: string) => {
  const pairs = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => ({
      value: part.slice(0, part.lastIndexOf('=')).trim(),
      role: part.slice(part.lastIndexOf('=') + 1).trim(),
    }))
  if (pairs.some(({ value, role }) => !value || !role)) {
    throw new Error('pairs of a value and a role, such as admins=owner, staff=operator')
  }
  return Object.assign(pairs, {
    toString: () => pairs.map(({ value, role }) => `${value}=${role}`).join(','),
  }) as { value: string; role: string }[]
}

export const isOfThisMachine = (url: string) => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)

export const origins = accepting({ type: 'origins' }, (text) => {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  for (const part of parts) {
    if (part !== '*' && (!URL.canParse(part) || new URL(part).origin.toLowerCase() !== part.toLowerCase()))
      throw new Error('origins such as https://app.example.com, separated by commas, or * for any')
  }
  return parts.map((part) => part.toLowerCase())
})

/** Parses the address of an OpenID provider, kept as it is: one with a slash at its end is another. */
export const issuer = accepting({ type: 'url' }, (text) => {
  httpUrl(text)
  return text
})

export const interval = accepting({ type: 'interval' }, (text) => {
  const everyMs = parseDuration(text)
  if (everyMs === undefined || (everyMs > 0 && everyMs < 60_000)) {
    throw new Error('a time of a minute or more, such as 30m, 6h or 1d; 0 for never')
  }
  return everyMs
})

/** Parses a switch from any word for yes or no. */
export const onOrOff = accepting({ type: 'choice', choices: ['on', 'off'] }, (text): 'on' | 'off' => {
  const isOn = yesOrNo(text)
  if (isOn === undefined) throw new Error('on or off')
  return isOn ? 'on' : 'off'
})
