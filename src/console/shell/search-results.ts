import { useEffect, useState } from 'react'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import type { PaletteGroup, PaletteItem } from './palette-items'
import { shellTexts } from './texts'

type Found = Answer<'GET /search'>['found'][number]

const typingMs = 200
const lengthMin = 2

interface SearchResults {
  groups: PaletteGroup[]
  /** False if the time was over before everything was looked through. */
  isComplete: boolean
}

const nothing: SearchResults = { groups: [], isComplete: true }

/** What the server finds for the text in the palette, a while after the last key. */
export function useSearchResults(query: string): SearchResults {
  const t = useTexts(shellTexts)
  const [text, setText] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setText(query.trim()), typingMs)
    return () => clearTimeout(timer)
  }, [query])
  const isAsked = text.length >= lengthMin && query.trim().length >= lengthMin
  const { data } = useAsk('GET /search', { text }, { enabled: isAsked })
  if (!isAsked || !data) return nothing
  const items = data.found.map((found) => ({
    value: `${found.kind} ${found.id}`,
    label: found.name,
    note: [t[found.kind], found.about].join(' · '),
    ...placeOf(found),
  }))
  return { groups: [{ value: t.found, items }], isComplete: data.is_complete }
}

/** Where what was found is shown. */
function placeOf({ kind, id, license_id: license, call_id: call }: Found): Pick<PaletteItem, 'to' | 'search' | 'hash'> {
  switch (kind) {
    case 'customer':
      return { to: `/customers/${license}` }
    case 'license':
    case 'device':
      return { to: `/licenses/${license}` }
    case 'api_key':
      return { to: `/api-keys/${id}` }
    case 'setting':
      return { to: '/settings', hash: id }
    case 'request':
      return { to: call ? '/calls' : '/audit', search: { request_id: id, ...(call && { call }) } }
    default:
      return { to: `/${kind}s/${id}` }
  }
}
