import type { SettingName } from '../config'

/** The subjects that settings are listed under. */
export const settingSubjects = [
  'server',
  'network',
  'limits',
  'features',
  'webhooks',
  'envato',
  'retention',
  'backups',
  'console',
] as const

export type SettingSubject = (typeof settingSubjects)[number]

const subjects: Record<SettingName, SettingSubject> = {
  data_dir: 'server',
  host: 'server',
  port: 'server',
  tls_cert: 'server',
  tls_key: 'server',
  keep_alive: 'server',
  body_timeout: 'server',
  log: 'server',
  base_url: 'network',
  trusted_proxies: 'network',
  cors_origins: 'network',
  metrics_readers: 'network',
  rate_limit_per_address: 'limits',
  guesses_per_minute: 'limits',
  telemetry_per_minute: 'limits',
  telemetry_kilobytes_per_minute: 'limits',
  freed_seats_per_minute: 'limits',
  taken_seats_per_minute: 'limits',
  idempotency_keys_per_minute: 'limits',
  call_log_megabytes_per_day: 'limits',
  downloads_per_minute: 'limits',
  telemetry: 'features',
  changelog: 'features',
  call_log: 'features',
  allow_private_webhooks: 'webhooks',
  webhook_allow_list: 'webhooks',
  webhook_ca: 'webhooks',
  envato_token: 'envato',
  envato_url: 'envato',
  keep_calls: 'retention',
  keep_deliveries: 'retention',
  keep_jobs: 'retention',
  keep_telemetry: 'retention',
  keep_freed_seats: 'retention',
  backup_every: 'backups',
  backup_keep: 'backups',
  backup_to: 'backups',
  backup_passphrase_file: 'backups',
  backup_key_passphrase: 'backups',
  console: 'console',
  console_readers: 'console',
}

export const subjectOfSetting = (name: SettingName): SettingSubject => subjects[name]
