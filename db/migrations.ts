// Written by `npm run migrations`; change the schema, not this list.
import m0000 from './migrations/0000_foundation.sql' with { type: 'text' }
import m0001 from './migrations/0001_access_epoch.sql' with { type: 'text' }
import m0002 from './migrations/0002_operator.sql' with { type: 'text' }
import m0003 from './migrations/0003_signing_keys.sql' with { type: 'text' }
import m0004 from './migrations/0004_verification.sql' with { type: 'text' }
import m0005 from './migrations/0005_more_lists.sql' with { type: 'text' }
import m0006 from './migrations/0006_calls_in_stretches.sql' with { type: 'text' }
import m0007 from './migrations/0007_two_indexes_less.sql' with { type: 'text' }
import m0008 from './migrations/0008_keyed_audit_log.sql' with { type: 'text' }
import m0009 from './migrations/0009_equal_orders_are_orders.sql' with { type: 'text' }
import m0010 from './migrations/0010_keys_for_sale.sql' with { type: 'text' }
import m0011 from './migrations/0011_webhooks_gone.sql' with { type: 'text' }
import m0012 from './migrations/0012_block_reasons.sql' with { type: 'text' }
import m0013 from './migrations/0013_offline_grace_of_products.sql' with { type: 'text' }
import m0014 from './migrations/0014_count_sales.sql' with { type: 'text' }
import m0015 from './migrations/0015_blocked_from_column.sql' with { type: 'text' }
import m0016 from './migrations/0016_operator_requests.sql' with { type: 'text' }
import m0017 from './migrations/0017_support_and_links.sql' with { type: 'text' }
import m0018 from './migrations/0018_call_counts.sql' with { type: 'text' }
import m0019 from './migrations/0019_licenses_created.sql' with { type: 'text' }
import m0020 from './migrations/0020_webhook_health.sql' with { type: 'text' }
import m0021 from './migrations/0021_bulk_changes.sql' with { type: 'text' }
import m0022 from './migrations/0022_customers.sql' with { type: 'text' }
import m0023 from './migrations/0023_second_factor.sql' with { type: 'text' }
import m0024 from './migrations/0024_signing_companions.sql' with { type: 'text' }
import m0025 from './migrations/0025_api_key_dialect.sql' with { type: 'text' }
import m0026 from './migrations/0026_servers.sql' with { type: 'text' }

/** Every migration, oldest first. */
export const migrations = [
  { tag: '0000_foundation', sql: m0000 },
  { tag: '0001_access_epoch', sql: m0001 },
  { tag: '0002_operator', sql: m0002 },
  { tag: '0003_signing_keys', sql: m0003 },
  { tag: '0004_verification', sql: m0004 },
  { tag: '0005_more_lists', sql: m0005 },
  { tag: '0006_calls_in_stretches', sql: m0006 },
  { tag: '0007_two_indexes_less', sql: m0007 },
  { tag: '0008_keyed_audit_log', sql: m0008 },
  { tag: '0009_equal_orders_are_orders', sql: m0009 },
  { tag: '0010_keys_for_sale', sql: m0010 },
  { tag: '0011_webhooks_gone', sql: m0011 },
  { tag: '0012_block_reasons', sql: m0012 },
  { tag: '0013_offline_grace_of_products', sql: m0013 },
  { tag: '0014_count_sales', sql: m0014 },
  { tag: '0015_blocked_from_column', sql: m0015 },
  { tag: '0016_operator_requests', sql: m0016 },
  { tag: '0017_support_and_links', sql: m0017 },
  { tag: '0018_call_counts', sql: m0018 },
  { tag: '0019_licenses_created', sql: m0019 },
  { tag: '0020_webhook_health', sql: m0020 },
  { tag: '0021_bulk_changes', sql: m0021 },
  { tag: '0022_customers', sql: m0022 },
  { tag: '0023_second_factor', sql: m0023 },
  { tag: '0024_signing_companions', sql: m0024 },
  { tag: '0025_api_key_dialect', sql: m0025 },
  { tag: '0026_servers', sql: m0026 },
]
