import start from '../../README.md' with { type: 'file' }
import answers from './answers.md' with { type: 'file' }
import architecture from './architecture.md' with { type: 'file' }
import backup from './backup.md' with { type: 'file' }
import changelog from './changelog.md' with { type: 'file' }
import commands from './commands.md' with { type: 'file' }
import consoleGuide from './console.md' with { type: 'file' }
import contract from './contract.md' with { type: 'file' }
import endpoints from './endpoints.md' with { type: 'file' }
import integrate from './integrate.md' with { type: 'file' }
import licensing from './licensing.md' with { type: 'file' }
import limits from './limits.md' with { type: 'file' }
import migrate from './migrate.md' with { type: 'file' }
import operate from './operate.md' with { type: 'file' }
import performance from './performance.md' with { type: 'file' }
import personalData from './personal-data.md' with { type: 'file' }
import promises from './promises.md' with { type: 'file' }
import scale from './scale.md' with { type: 'file' }
import security from './security.md' with { type: 'file' }
import sell from './sell.md' with { type: 'file' }
import settings from './settings.md' with { type: 'file' }
import support from './support.md' with { type: 'file' }
import webhooks from './webhooks.md' with { type: 'file' }

/** A page of the documentation. Its Markdown lies in a file that is read when somebody asks for the page. */
export interface DocsPage {
  /** Its address under `/docs`, and its topic for `latchkey help`. */
  readonly name: string
  /** The page's first heading. */
  readonly title: string
  readonly about: string
  readonly file: string
}

export interface DocsGroup {
  readonly title: string
  readonly pages: readonly DocsPage[]
}

const page = (name: string, file: string, title: string, about: string): DocsPage => ({ name, file, title, about })

/** The map: every page in its group, in reading order. */
export const pageGroups: readonly DocsGroup[] = [
  {
    title: 'Guides',
    pages: [
      page('start', start, 'Latchkey', 'What it is, how to install it, the first licence.'),
      page('licensing', licensing, 'License your app', 'What to decide and ship, when to check, offline, trials.'),
      page(
        'integrate',
        integrate,
        'Integrate your software',
        'Requests, answers, signatures, offline files, telemetry.',
      ),
      page('sell', sell, 'Sell licences', 'Keys and generators, orders, releases, contracts, Envato.'),
      page(
        'console',
        consoleGuide,
        'The console',
        'The pages in the browser: open, find your way, change, protection.',
      ),
      page('support', support, 'The support desk', 'Find a licence, explain a refusal, extend, free a seat.'),
      page('webhooks', webhooks, 'Webhooks', 'Events for your own servers: signature, order, replay.'),
      page('security', security, 'Security', 'API keys, users, signing keys, the audit log.'),
      page('personal-data', personalData, 'Personal data', 'What is stored, how long; show, export, erase a person.'),
      page('operate', operate, 'Run it', 'systemd, Compose, proxies, HTTPS, logs, alerts, upgrades.'),
      page('backup', backup, 'Backup and restore', 'Scheduled backups, copies elsewhere, the restore drill.'),
      page('migrate', migrate, 'Move in and out', 'Import from another server or a spreadsheet; export.'),
      page('scale', scale, 'When one machine is not enough', 'Capacity, outages, a standby, a larger machine.'),
      page('limits', limits, 'What Latchkey does not do', 'What it leaves out, and what to use instead.'),
    ],
  },
  {
    title: 'Reference',
    pages: [
      page('endpoints', endpoints, 'Endpoints', 'Every endpoint and every capability.'),
      page('commands', commands, 'Commands', 'Every command.'),
      page('settings', settings, 'Settings', 'Every setting, with its flag and its variable.'),
      page('answers', answers, 'Answers', 'Every code.'),
    ],
  },
  {
    title: 'About the project',
    pages: [
      page('contract', contract, 'The contract of v1', 'The rules that clients of /api/v1 depend on.'),
      page('architecture', architecture, 'Architecture', 'Where things are in the source, and why.'),
      page('promises', promises, 'Promises', 'What Latchkey promises, and what attacks each promise.'),
      page('performance', performance, 'Performance', 'What was measured, against what.'),
      page('changelog', changelog, 'Changelog', 'What changed, by version.'),
    ],
  },
]

export const pages: readonly DocsPage[] = pageGroups.flatMap((group) => group.pages)

/** The Markdown of a page. */
export const readPage = ({ file }: DocsPage): Promise<string> => Bun.file(file).text()
