import { Outlet, useRouterState } from '@tanstack/react-router'
import { Menu, Search } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { isRefusal } from '../api/client'
import { loadPiece } from '../api/lazy-page'
import { useSession } from '../api/session'
import { useTexts } from '../i18n/texts'
import { LogInPage } from '../log-in/log-in-page'
import { ProofDialog } from '../log-in/proof-dialog'
import { SessionEnded } from '../log-in/session-ended'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Answered, Loading } from '../parts/loading'
import { Toasts } from '../parts/toast'
import { useAppliedPreferences } from '../preferences/preferences'
import { AccountMenu } from './account-menu'
import { useKeptFocus } from './kept-focus'
import { OfflineNotice } from './offline-notice'
import { useShortcuts } from './shortcuts'
import { SideNavigation } from './side-navigation'
import { shellTexts } from './texts'

const Profile = lazy(
  loadPiece(() => import('../profile/profile-page').then((module) => ({ default: module.ProfilePage }))),
)
const loadPalette = () => import('./palette').then((module) => ({ default: module.Palette }))
const loadHelp = () => import('./shortcut-help').then((module) => ({ default: module.ShortcutHelp }))
const Palette = lazy(loadPiece(loadPalette))
const ShortcutHelp = lazy(loadPiece(loadHelp))

/** The pages for somebody who has no session yet, but a link. */
const openPages = /\/(setup|invitation)\/?$/

/** What is around every page. */
export function Shell() {
  useKeptFocus()
  const isOpen = useRouterState({ select: ({ location }) => openPages.test(location.pathname) })
  return (
    <>
      <OfflineNotice />
      {isOpen ? <OpenFrame /> : <GuardedFrame />}
    </>
  )
}

const OpenFrame = () => (
  <>
    <main className="mx-auto max-w-2xl p-4 pt-[4dvh]">
      <Suspense fallback={<Loading />}>
        <Outlet />
      </Suspense>
    </main>
    <Toasts />
  </>
)

/** The pages of the user; without a session, the log-in. */
function GuardedFrame() {
  const session = useSession()
  if (isRefusal(session.error, 401)) return <LogInPage />
  return <Answered query={session}>{() => <Frame />}</Answered>
}

type Overlay = 'palette' | 'help' | 'navigation' | undefined

function Frame() {
  const t = useTexts(shellTexts)
  // Without the second factor that the settings ask for, nothing else is answered.
  const mustSetUp = useSession().data?.needs_second_factor
  const [overlay, setOverlay] = useState<Overlay>()
  const close = () => setOverlay(undefined)
  const openHelp = () => setOverlay('help')
  useShortcuts({ openPalette: () => setOverlay('palette'), openHelp })
  useAppliedPreferences()
  const content = useRef<HTMLElement>(null)
  useFocusOnPage(content)
  useEffect(preload, [])
  return (
    <>
      <a href="#content" className="sr-only focus:not-sr-only focus:fixed focus:z-50 focus:bg-card focus:p-2">
        {t.skip}
      </a>
      <header className="no-print sticky top-0 z-30 flex items-center gap-2 border-b border-line bg-card px-3 py-2">
        <Button className="md:hidden" aria-label={t.menu} onClick={() => setOverlay('navigation')}>
          <Menu aria-hidden size={18} />
        </Button>
        <span className="font-semibold max-sm:sr-only">Latchkey</span>
        <Button className="ml-auto" onClick={() => setOverlay('palette')}>
          <Search aria-hidden size={16} />
          {t.search}
          <kbd className="text-xs text-muted max-sm:hidden">Ctrl+K</kbd>
        </Button>
        <AccountMenu openHelp={openHelp} />
      </header>
      <div className="mx-auto flex max-w-screen-2xl">
        <div className="no-print sticky top-14 hidden h-[calc(100dvh-3.5rem)] w-56 shrink-0 overflow-y-auto border-r border-line p-3 md:block">
          <SideNavigation />
        </div>
        <main id="content" ref={content} tabIndex={-1} className="min-w-0 grow p-4 outline-none">
          <Suspense fallback={<Loading />}>{mustSetUp ? <Profile /> : <Outlet />}</Suspense>
        </main>
      </div>
      {overlay === 'navigation' && (
        <Dialog title={t.navigation} isOpen onClose={close}>
          <SideNavigation onChosen={close} />
        </Dialog>
      )}
      <Suspense fallback={null}>
        {overlay === 'palette' && <Palette onClose={close} />}
        {overlay === 'help' && <ShortcutHelp onClose={close} />}
      </Suspense>
      <SessionEnded />
      <ProofDialog />
      <Toasts />
    </>
  )
}

/** Loads what opens over a page, so that it opens, and the page stays, if the server does not answer then. */
function preload() {
  for (const load of [loadPalette, loadHelp]) load().catch(() => {})
}

/** Moves the focus to the content when another page opens, as a page load would. */
function useFocusOnPage(content: React.RefObject<HTMLElement | null>) {
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const shown = useRef(path)
  useEffect(() => {
    if (shown.current === path) return
    shown.current = path
    content.current?.focus()
  }, [path, content])
}
