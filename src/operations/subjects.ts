import { apiKeys } from './api-keys'
import { blocklist } from './blocklist'
import { jobs } from './jobs'
import type { Subject } from './operation'
import { releases } from './releases'
import { signingKeys } from './signing-keys'
import { webhooks } from './webhooks'

/** All that an operator can do through both doors, subject by subject. */
export const subjects: readonly Subject[] = [apiKeys, signingKeys, releases, webhooks, jobs, blocklist]
