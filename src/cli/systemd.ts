import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type Config, type SettingName, settings, variableOf } from '../config'
import { Sorry } from '../kernel/sorry'
import { configOf, withSettings } from './house-command'
import type { Io } from './io'

// The server gives requests and jobs ten seconds each to end.
const stopSeconds = 30
const usualFolder = '/var/lib/latchkey'
const privilegedPorts = 1024

const ofProcess = (Object.keys(settings) as SettingName[]).filter((name) => !settings[name].isStorable)

/** `latchkey systemd` */
export const systemdCommand = (program: Command, io: Io) =>
  withSettings(program.command('systemd'), ofProcess)
    .description(
      'print a hardened systemd unit for "latchkey serve" with these settings; the rest is set while it runs',
    )
    .option('--user <name>', 'the user it runs as, and commands beside it should', 'latchkey')
    .action((options) => io.out(unitOf(configOf(options, io), options.user)))

/** The unit's text. The data folder is below /var/lib unless it is named; all else is read-only to it. */
function unitOf(config: Config, user: string) {
  const hasFolder = config.origins.data_dir !== 'default'
  const folder = hasFolder ? resolve(config.data_dir) : usualFolder
  const capability = config.port > 0 && config.port < privilegedPorts ? 'CAP_NET_BIND_SERVICE' : ''
  const given = ofProcess.filter((name) => config.origins[name] !== 'default' && name !== 'data_dir')
  return `# Install: useradd --system --no-create-home --shell /usr/sbin/nologin ${word(user)}
#          latchkey systemd > /etc/systemd/system/latchkey.service
#          systemctl daemon-reload && systemctl enable --now latchkey
# Commands beside it: sudo -u ${word(user)} latchkey api-key list --data-dir ${folder}

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
${hasFolder ? `ReadWritePaths=${quoted(folder)}` : 'StateDirectory=latchkey\nStateDirectoryMode=0700'}
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=${capability}
AmbientCapabilities=${capability}
ProtectSystem=strict
ProtectHome=${folder.startsWith('/home/') || folder.startsWith('/root/') ? 'no' : 'yes'}
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

/** This executable, where it is one; else the place the README installs it to. */
const program = () => (Bun.isStandaloneExecutable ? quoted(process.execPath) : '/usr/local/bin/latchkey')

/** Files are named from the root: the unit starts in another folder. */
const textOf = (name: SettingName, config: Config) =>
  name.startsWith('tls_') ? resolve(String(config[name])) : String(config[name])

/** A value that may hold spaces and the characters that mean something in a unit. */
function quoted(value: string) {
  if (/\p{Cc}/u.test(value)) throw new Sorry('a unit cannot hold control characters: choose another path', 'usage')
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`
}

function word(user: string) {
  if (!/^[a-z_][a-z0-9_-]*$/.test(user))
    throw new Sorry(`--user is "${user}", but it takes the name of a user`, 'usage')
  return user
}
