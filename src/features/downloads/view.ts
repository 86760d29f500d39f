import { type Static, Type } from '@sinclair/typebox'
import type { Release } from '../../../db/schema/catalog'
import { dateTime } from '../../kernel/moments'
import { bit, counter, view } from '../../kernel/view'

const shared = {
  id: Type.Integer(),
  product_id: Type.Integer(),
  numeric_version: Type.Integer({ description: 'Orders releases.' }),
  version: Type.String(),
  update_summary: Type.String(),
  changelog: Type.String(),
  published: bit('1 while customers can have it.'),
  release_date: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$', description: 'UTC.' }),
  download_counter: counter(),
}

/** A release, as shown to operators. */
export const ReleaseView = view('Release', {
  ...shared,
  file_name: Type.String(),
  file_size: counter('In bytes.'),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
})

/** A release as in 600, without its URL (CONTRACT §1). */
export const describeRelease = (release: Release) => ({
  id: release.id,
  product_id: release.productId,
  numeric_version: release.numericVersion,
  version: release.version,
  update_summary: release.updateSummary,
  changelog: release.changelog,
  published: release.published,
  release_date: dateTime(release.releaseDate),
  download_counter: release.downloadCounter,
})

export const releaseView = (release: Release): Static<typeof ReleaseView> => ({
  ...describeRelease(release),
  file_name: release.fileName,
  file_size: release.fileSize,
  sha256: release.fileHash,
})
