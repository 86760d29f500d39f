import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { navigation } from './navigation'

const storageKey = 'latchkey.single-keys'
const forgottenAfterMs = 1500

/** Whether shortcuts of one letter are on; they can be switched off for speech input. */
export const hasSingleKeys = () => localStorage.getItem(storageKey) !== 'off'

export const setSingleKeys = (isOn: boolean) => localStorage.setItem(storageKey, isOn ? 'on' : 'off')

const isTyping = ({ target }: KeyboardEvent) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const isDialogOpen = () => document.querySelector('[data-modal]') !== null

const isForPage = (event: KeyboardEvent) =>
  !isTyping(event) && !isDialogOpen() && !event.ctrlKey && !event.metaKey && !event.altKey && hasSingleKeys()

/** Shortcuts of one page, by their letter. */
export function useKeys(keys: Readonly<Record<string, () => void>>) {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const act = current.current[event.key]
      if (!act || event.defaultPrevented || !isForPage(event)) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

interface Actions {
  openPalette(): void
  openHelp(): void
}

/** The shortcuts of every page: Ctrl+K and `/` search, `g` and a letter lead to a page, `?` lists them. */
export function useShortcuts(actions: Actions) {
  const navigate = useNavigate()
  const current = useRef(actions)
  current.current = actions
  useEffect(() => {
    let isGoing = false
    let timer: ReturnType<typeof setTimeout> | undefined
    function onKeyDown(event: KeyboardEvent) {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        return current.current.openPalette()
      }
      if (!isForPage(event)) return
      const item = isGoing ? navigation.find(({ key }) => key === event.key) : undefined
      isGoing = false
      clearTimeout(timer)
      if (item) navigate({ to: item.to as never })
      else if (event.key === 'g') {
        isGoing = true
        timer = setTimeout(() => {
          isGoing = false
        }, forgottenAfterMs)
        return
      } else if (event.key === '/') current.current.openPalette()
      else if (event.key === '?') current.current.openHelp()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [navigate])
}
