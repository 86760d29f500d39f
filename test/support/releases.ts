import type { TestInstallation } from './installation'
import { openRaw } from './raw'

interface ReleaseRow {
  product_id: number
  version: string
  numeric_version: number
  published?: 0 | 1
  update_summary?: string
  changelog?: string
  release_date?: string
}

/** Puts a release without a file straight into the installation's database. */
export function insertRelease(installation: TestInstallation, row: ReleaseRow) {
  const { product_id, version, numeric_version, published = 1, update_summary = '', changelog = '' } = row
  const date = Date.parse(row.release_date ?? '2026-01-02T03:04:05Z')
  const raw = openRaw(installation.folder)
  raw
    .query(
      `insert into releases (product_id, version, numeric_version, published, update_summary, changelog, release_date,
        file_hash, file_name, file_size, created_at) values (?, ?, ?, ?, ?, ?, ?, '', '', 0, ?)`,
    )
    .run(product_id, version, numeric_version, published, update_summary, changelog, date, date)
  raw.close()
}
