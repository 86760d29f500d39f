import { isAtLeast } from '../api/session'
import type { shellTexts } from './texts'

type TextName = keyof (typeof shellTexts)['en']

export interface NavigationItem {
  /** Its path below `/console`. */
  to: string
  text: TextName
  group: 'daily' | 'catalogue' | 'machines' | 'installation'
  /** The letter that leads to it after `g`. */
  key?: string
  /** The least role that has a use for it. */
  role?: string
}

/** The pages of the console in the order of the menu. */
export const navigation: readonly NavigationItem[] = [
  { to: '/today', text: 'today', group: 'daily', key: 'd' },
  { to: '/licenses', text: 'licenses', group: 'daily', key: 'l' },
  { to: '/customers', text: 'customers', group: 'daily', key: 'c' },
  { to: '/blocklist', text: 'blocklist', group: 'daily' },
  { to: '/products', text: 'products', group: 'catalogue', key: 'p' },
  { to: '/generators', text: 'generators', group: 'catalogue' },
  { to: '/contracts', text: 'contracts', group: 'catalogue' },
  { to: '/calls', text: 'calls', group: 'machines', key: 'q' },
  { to: '/telemetry', text: 'telemetry', group: 'machines', key: 't' },
  { to: '/releases', text: 'releases', group: 'catalogue', key: 'r' },
  { to: '/api-keys', text: 'apiKeys', group: 'machines', key: 'k' },
  { to: '/webhooks', text: 'webhooks', group: 'machines', key: 'w' },
  { to: '/jobs', text: 'jobs', group: 'machines', key: 'j' },
  { to: '/audit', text: 'audit', group: 'installation', key: 'a' },
  { to: '/users', text: 'users', group: 'installation', key: 'u', role: 'owner' },
  { to: '/preferences', text: 'preferences', group: 'installation' },
  { to: '/signing-keys', text: 'signingKeys', group: 'machines' },
  { to: '/transfer', text: 'transfer', group: 'installation' },
  { to: '/backups', text: 'backups', group: 'installation' },
  { to: '/settings', text: 'settings', group: 'installation', key: 's' },
  { to: '/commands', text: 'commands', group: 'installation', key: 'x' },
]

/** The pages that a role has a use for. */
export const pagesOf = (role: string) => navigation.filter(({ role: least }) => !least || isAtLeast(role, least))
