import type { PaletteGroup } from './palette-items'

/** What the server finds for the text in the palette. */
export const useSearchResults = (_query: string): PaletteGroup[] => []
