import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type Config, fileSettings, isPath, type SettingName, settings, variableOf } from '../config'
import { flagOfSetting } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { shellWord } from '../kernel/shell'
import { isSecret } from '../settings/sealed'
import { configOf, withSettings } from './installation-command'
import type { Io } from './io'

// Requests and jobs get ten seconds each to finish.
const stopSeconds = 30
const usualFolder = '/var/lib/latchkey'
const privilegedPorts = 1024

const names = Object.keys(settings) as SettingName[]

/** `latchkey systemd` */
export const systemdCommand = (program: Command, io: Io) =>
  withSettings(program.command('systemd'), names)
    .description('print a hardened systemd unit for "latchkey serve" with these settings')
    .option('--user <name>', 'the user that runs the server', 'latchkey')
    .action((options) => io.out(unitOf(configOf(options, io), options.user)))

/**
 * The text of the unit. The data folder is below /var/lib unless given; everything but that and the backups is
 * read-only.
 */
function unitOf(config: Config, user: string) {
  const hasFolder = config.origins.data_dir !== 'default'
  const folder = hasFolder ? resolve(config.data_dir) : usualFolder
  const capability = config.port > 0 && config.port < privilegedPorts ? 'CAP_NET_BIND_SERVICE' : ''
  const given = names.filter((name) => config.origins[name] !== 'default' && name !== 'data_dir')
  const secret = given.find(isSecret)
  if (secret) {
    const storing = settings[secret].isStorable
      ? `, or store it with "latchkey setting set ${secret} --value-file FILE"`
      : ''
    throw new OperatorError(
      `${secret} is a secret, and a unit is read by everybody: put it as ${variableOf(secret)} into /etc/latchkey.env${storing}`,
      'invalid_input',
    )
  }
  // A unit must name the places the server writes to and reads.
  const stored = given.filter((name) => settings[name].isStorable && !isPath(name))
  const writable = [...(hasFolder ? [folder] : []), ...(config.texts.backup_to ? [textOf('backup_to', config)] : [])]
  const credentials = fileSettings.filter((name) => config.texts[name])
  return `# Install: useradd --system --no-create-home --shell /usr/sbin/nologin ${word(user)}
#          ${commandLine(config, user)} > /etc/systemd/system/latchkey.service${writable
    .map((path) => `\n#          install -d -o ${word(user)} -m 700 ${shellWord(path)}`)
    .join('')}
#          systemctl daemon-reload && systemctl enable --now latchkey
# Commands beside it: sudo -u ${word(user)} latchkey api-key list --data-dir ${shellWord(folder)}
${
  stored.length
    ? `# A variable goes before what "latchkey setting set" stores: take ${stored.join(', ')} out to set it while the server runs.`
    : '# All other settings are stored with "latchkey setting set" while it runs, trusted_proxies among them.'
}

[Unit]
Description=Latchkey licence server
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User=${word(user)}
ExecStart=${program()} serve
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=1
TimeoutStopSec=${stopSeconds}
LimitNOFILE=65536
Environment=${quoted(`LATCHKEY_DATA_DIR=${folder}`)}
${given.map((name) => `Environment=${quoted(`${variableOf(name)}=${textOf(name, config)}`)}\n`).join('')}EnvironmentFile=-/etc/latchkey.env
${credentials.map((name) => `LoadCredential=${credential(name, config)}\n`).join('')}${
  hasFolder ? '' : 'StateDirectory=latchkey\nStateDirectoryMode=0700\n'
}${writable.map((path) => `ReadWritePaths=${quoted(path)}\n`).join('')}UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=${capability}
AmbientCapabilities=${capability}
ProtectSystem=strict
ProtectHome=${[folder, ...writable].some((path) => /^\/(home|root)(\/|$)/.test(path)) ? 'no' : 'yes'}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`
}

/** This executable, if it is one; otherwise the path at which the README installs it. */
const program = () => (Bun.isStandaloneExecutable ? quoted(process.execPath) : '/usr/local/bin/latchkey')

/** A setting as given; paths become absolute, since the unit starts in another folder. */
const textOf = (name: SettingName, config: Config) =>
  isPath(name) && config.texts[name] ? resolve(config.texts[name]) : config.texts[name]

/** A file readable only by root is passed by systemd, which accepts no quotes here. */
function credential(name: SettingName, config: Config) {
  const path = textOf(name, config)
  if (/[\s:"'\\]/.test(path)) return quoted(`${name}:${path}`)
  return `${name}:${path.replaceAll('%', '%%')}`
}

/** The command as given, ready to paste. */
function commandLine(config: Config, user: string) {
  const flags = names
    .filter((name) => config.origins[name] !== 'default')
    .map((name) => ` ${flagOfSetting(name)} ${shellWord(textOf(name, config))}`)
  return `latchkey systemd${flags.join('')}${user === 'latchkey' ? '' : ` --user ${word(user)}`}`
}

/** A value quoted for a unit: it may contain spaces and special characters. */
function quoted(value: string) {
  if (/\p{Cc}/u.test(value))
    throw new OperatorError('a unit cannot hold control characters: choose another path', 'invalid_input')
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`
}

function word(user: string) {
  if (!/^[a-z_][a-z0-9_-]*$/.test(user))
    throw new OperatorError(`--user is "${user}", but it takes the name of a user`, 'invalid_input')
  return user
}
