import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { listProxyProblems } from '../../access/client-addresses'
import type { Config } from '../../config'
import { contradictionsIn } from '../../settings/policy'
import { backupRemedy, findBackupFacts, problemsOfBackups } from '../backup/problems'
import { proxyProblemsIn } from '../status/proxies'
import type { Check } from './check'

export const settingChecks: readonly Check[] = [
  {
    name: 'settings',
    promise: 'no setting contradicts another',
    remedy: 'change one of the two',
    find: async ({ config, folder }) => [...contradictionsIn(config), ...contradictionsOfProcess(config, folder)],
  },
  {
    name: 'proxies',
    promise: 'the proxies in front of the server are known, and name their clients',
    remedy: 'name each proxy in trusted_proxies, and let it write X-Forwarded-For',
    find: async ({ database: { read }, config, now }) => proxyProblemsIn(await listProxyProblems(read), config, now),
  },
  {
    name: 'backup',
    promise: 'there is a backup of this folder that was verified, and it is not old',
    remedy: backupRemedy,
    find: async ({ database: { read }, config, now }) => problemsOfBackups(await findBackupFacts(read), config, now),
  },
]

function contradictionsOfProcess(config: Config, folder: string) {
  const { backup_to, backup_passphrase_file: passphraseFile } = config
  const said: [boolean, string][] = [
    [
      passphraseFile !== '' && !hasText(passphraseFile),
      `backup_passphrase_file names ${passphraseFile}, which holds no passphrase`,
    ],
    [
      backup_to !== '' && `${resolve(backup_to)}/`.startsWith(`${resolve(folder)}/`),
      'backup_to lies in the data folder: what takes the one takes the other',
    ],
    [
      config.rate_limit_per_address > 0 && isLoopback(config.host) && !config.trusted_proxies.length,
      'rate_limit_per_address counts every client of a proxy as one: name the proxy in trusted_proxies',
    ],
  ]
  return said.filter(([isSo]) => isSo).map(([, sentence]) => sentence)
}

const isLoopback = (host: string) => /^(127\.|::1$|localhost$)/.test(host)

const hasText = (path: string) => existsSync(path) && readFileSync(path, 'utf8').trim() !== ''
