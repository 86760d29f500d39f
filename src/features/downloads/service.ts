import type { Static } from '@sinclair/typebox'
import type { Release } from '../../../db/schema/catalog'
import type { Admission } from '../../access/admission'
import type { AdmittedRequest } from '../../access/admitted-request'
import type { AtGate } from '../../access/gate'
import type { Queryable } from '../../database/connection'
import type { Deps } from '../../deps'
import { type Outcome, say } from '../../kernel/outcome'
import type { FileStorage } from '../../storage/storage'
import type { Device } from '../activations/model'
import { rulesOfExpiredUse, rulesOfVerify } from '../activations/policy'
import { findActiveSeat } from '../activations/service'
import { findPastedLicense } from '../licenses/service'
import { decodeIdentifier, downloadUrl, makeToken, openToken } from './link'
import type { DownloadLink } from './model'
import type { ServedFile } from './response'
import { findDownloadRule, findRelease, listPublishedReleases } from './store'
import { describeRelease } from './view'

/** Store functions for other features. */
export { hasRelease, pagePublishedReleases } from './store'

/**
 * 600 with the product's published releases, newest first, under the rules of `verify`; 205 only if the product is set
 * so.
 */
export async function accessDownloadables(
  { db, sealer }: Pick<Deps, 'db' | 'sealer'>,
  device: Static<typeof Device>,
  { key, now }: AdmittedRequest,
  baseUrl: string,
) {
  const { seat, refusal } = await findEntitledSeat(db.read, device, now)
  if (refusal) return refusal
  const holder = { licenseKey: seat.licenseKey, identifier: device.identifier! }
  const token = makeToken(sealer, key.id, holder, now)
  const rows = await listPublishedReleases(db.read, seat.productId)
  return say('downloads', {
    downloadables: rows.map((release) => ({
      ...describeRelease(release),
      url: downloadUrl(baseUrl, token, holder, release.numericVersion),
    })),
  }).signedFor(seat.productId)
}

type Found = { release: Release; file: ServedFile; refusal?: never } | { refusal: Outcome }

/**
 * The file of a download URL, 701 if its bearer has no right to it, 700 if there is none (CONTRACT §7). The link must
 * have been valid when the download began; everything else is checked now.
 */
export async function findDownload(
  deps: Pick<Deps, 'config' | 'db' | 'sealer' | 'credentials' | 'files' | 'limit' | 'log'>,
  admission: Admission,
  link: Static<typeof DownloadLink>,
  { requestContext, attempt }: Pick<AtGate, 'requestContext' | 'attempt'>,
): Promise<Found> {
  const { db } = deps
  const { now } = requestContext
  const { license_key } = link
  const identifier = decodeIdentifier(link.identifier) ?? ''
  const refused = await admission(requestContext, { capability: 'download', identifier, attempt })
  if (refused) return { refusal: isAboutTheKey(refused) ? say('no_permission_file') : refused }
  const { seat, refusal } = await findEntitledSeat(db.read, { license_key, identifier }, now)
  if (refusal) return { refusal: forProductOf(refusal, say('no_permission_file')) }
  const release = await findPublished(db.read, seat.productId, link.numeric_version)
  const file = release && (await fileOf(deps, release, requestContext))
  if (!file) return { refusal: say('file_not_exists').signedFor(seat.productId) }
  const seconds = secondsToWait(deps, seat.id, now)
  if (seconds) return { refusal: say('too_many_requests', { retry_after: seconds }).signedFor(seat.productId) }
  return { release, file }
}

/** The seconds until a licence may begin another download, by the setting `downloads_per_minute`; 0 for now. */
const secondsToWait = ({ config, limit }: Pick<Deps, 'config' | 'limit'>, licenseId: number, now: Date) =>
  config.downloads_per_minute && limit(`downloads ${licenseId}`, config.downloads_per_minute, now)

async function findEntitledSeat(
  db: Queryable,
  device: Static<typeof Device>,
  now: Date,
): ReturnType<typeof findActiveSeat> {
  const license_key = device.license_key ?? ''
  const rule = await findDownloadRule(db, license_key)
  const pasted = rule ? undefined : await findPastedLicense(db, license_key)
  if (pasted) return findEntitledSeat(db, { ...device, license_key: pasted.licenseKey }, now)
  return findActiveSeat(db, device, now, rule?.requireNonExpired === 0 ? rulesOfExpiredUse : rulesOfVerify)
}

/** The API key behind a link that is valid at that time: from its token, or written there directly. */
export async function findLinkKey(
  { sealer, credentials }: Pick<Deps, 'sealer' | 'credentials'>,
  { token, license_key, identifier }: Static<typeof DownloadLink>,
  now: Date,
) {
  const holder = { licenseKey: license_key, identifier: decodeIdentifier(identifier) ?? '' }
  const id = openToken(sealer, token, holder, now)
  return id === undefined ? credentials.identify(token) : credentials.recall(id)
}

/** A problem with the key or its rights is 701 here; a blocked or rate-limited caller gets the usual answer. */
const isAboutTheKey = ({ answer }: Outcome) => answer !== 'access_denied' && answer !== 'too_many_requests'

const forProductOf = ({ productId }: Outcome, outcome: Outcome) =>
  productId === undefined ? outcome : outcome.signedFor(productId)

async function findPublished(db: Queryable, productId: number, numericVersion: string) {
  if (!/^\d{1,10}$/.test(numericVersion)) return undefined
  const release = await findRelease(db, productId, Number(numericVersion))
  return release?.published ? release : undefined
}

/** Undefined, with a log line, if the file is missing or has another size. */
async function fileOf(
  { files, log }: Pick<Deps, 'files' | 'log'>,
  release: Release,
  { now, requestId }: Pick<AdmittedRequest, 'now' | 'requestId'>,
): Promise<ServedFile | undefined> {
  const file = await storedFile(files, release)
  if (file) return file
  log(now, {
    event: 'fault',
    request_id: requestId,
    error: `the file of release ${release.id}, ${release.fileHash} in ${files.place}, is missing or damaged: restore it from a backup`,
  })
  return undefined
}

/** The file of a release; undefined if it is missing or has another size. */
export async function storedFile(files: FileStorage, release: Release): Promise<ServedFile | undefined> {
  const { fileHash: hash, fileName: name, fileSize: size } = release
  const isWhole = hash !== '' && (await files.sizeOf(hash)) === size
  return isWhole ? { size, hash, name, read: (start, end) => files.read(hash, start, end) } : undefined
}
