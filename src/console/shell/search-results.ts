import { useEffect, useState } from 'react'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import type { PaletteGroup } from './palette-items'
import { shellTexts } from './texts'

type Found = Answer<'GET /search'>['found'][number]

const typingMs = 200
const lengthMin = 2

/** What the server finds for the text in the palette, a while after the last key. */
export function useSearchResults(query: string): PaletteGroup[] {
  const t = useTexts(shellTexts)
  const [text, setText] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setText(query.trim()), typingMs)
    return () => clearTimeout(timer)
  }, [query])
  const isAsked = text.length >= lengthMin && query.trim().length >= lengthMin
  const { data } = useAsk('GET /search', { text }, { enabled: isAsked })
  if (!isAsked || !data) return []
  const items = data.found.map((found) => ({
    value: `${found.kind} ${found.id}`,
    label: found.name,
    note: [t[found.kind], found.about].join(' · '),
    to: pathOf(found),
  }))
  return [{ value: t.found, items }]
}

/** The page of what was found. */
function pathOf({ kind, id, license_id: license }: Found): string {
  const paths: Record<Found['kind'], string> = {
    customer: `/customers/${license}`,
    license: `/licenses/${license}`,
    device: `/licenses/${license}`,
    product: `/products/${id}`,
    contract: `/contracts/${id}`,
    release: `/releases/${id}`,
    webhook: `/webhooks/${id}`,
    api_key: `/api-keys/${id}`,
    setting: '/settings',
    request: '/audit',
  }
  return paths[kind]
}
