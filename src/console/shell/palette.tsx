import { Autocomplete } from '@base-ui/react/autocomplete'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { isAtLeast, useSession } from '../api/session'
import { useOperationForms } from '../commands/forms'
import { commandTexts } from '../commands/texts'
import { useTexts } from '../i18n/texts'
import { Dialog } from '../parts/dialog'
import { pagesOf } from './navigation'
import { commandItem, matching, type PaletteGroup, type PaletteItem, pageItem } from './palette-items'
import { useSearchResults } from './search-results'
import { shellTexts } from './texts'

/** Ctrl+K: everything that can be found, every page and every command. */
export function Palette({ onClose }: { onClose(): void }) {
  const t = useTexts(commandTexts)
  const shell = useTexts(shellTexts)
  const navigate = useNavigate()
  const [query, setQuery] = useState('')
  const role = useSession().data?.role ?? ''
  const { data: forms = [] } = useOperationForms()
  const pages = pagesOf(role).map((item) => pageItem(item, shell[item.text]))
  const commands = forms.filter((form) => isAtLeast(role, form.role)).map(commandItem)
  const results = useSearchResults(query)
  const groups: PaletteGroup[] = [
    ...results.groups,
    { value: t.pages, items: matching(pages, query) },
    { value: t.commands, items: matching(commands, query) },
  ].filter(({ items }) => items.length)

  function open({ to, search = {}, hash = '' }: PaletteItem) {
    onClose()
    navigate({ to: to as never, search: search as never, hash })
  }

  return (
    <Dialog title={t.palette} isOpen onClose={onClose}>
      <Autocomplete.Root
        open
        inline
        items={groups}
        filter={null}
        value={query}
        onValueChange={setQuery}
        autoHighlight="always"
        itemToStringValue={(item) => (item as PaletteItem).label}
      >
        <Autocomplete.Input
          aria-label={t.searchPlaceholder}
          placeholder={t.searchPlaceholder}
          className="w-full rounded-md border border-control bg-card px-3 py-2"
        />
        <Autocomplete.Empty className="text-muted">{groups.length ? null : t.noMatch}</Autocomplete.Empty>
        <p role="status" className="text-sm text-muted">
          {!results.isComplete && shell.maybeMore}
        </p>
        <Autocomplete.List className="max-h-[60dvh] overflow-y-auto">
          {(group: PaletteGroup) => (
            <Autocomplete.Group key={group.value} items={group.items} className="mb-2">
              <Autocomplete.GroupLabel className="px-2 text-sm text-muted">{group.value}</Autocomplete.GroupLabel>
              <Autocomplete.Collection>
                {(item: PaletteItem) => (
                  <Autocomplete.Item
                    key={item.value}
                    value={item}
                    onClick={() => open(item)}
                    className="flex flex-wrap gap-x-3 rounded px-2 py-1.5 data-highlighted:bg-selected"
                  >
                    <span className="font-medium">{item.label}</span>
                    <span className="text-sm text-muted">{item.note}</span>
                  </Autocomplete.Item>
                )}
              </Autocomplete.Collection>
            </Autocomplete.Group>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </Dialog>
  )
}
