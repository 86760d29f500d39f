import type { Static } from '@sinclair/typebox'
import type { AdmittedRequest } from '../../access/admitted-request'
import { sharesOfKey } from '../../access/key-quota'
import { passAll } from '../../access/rate-limit'
import type { Config } from '../../config'
import type { Queryable, Tx } from '../../database/connection'
import type { Deps } from '../../deps'
import { judge, selectedIsInvalid, textLengthMax, type Unchecked } from '../../intake/model'
import { say } from '../../kernel/outcome'
import { announce } from '../../webhooks/outbox'
import { hasRelease } from '../downloads/service'
import { listedMax } from '../licenses/model'
import { findLicense, findPastedLicense } from '../licenses/service'
import { resolveProduct } from '../products/service'
import { type TelemetryFilter, TelemetryReport } from './model'
import { dataOf, faultsInData, fieldText, jsonOrText } from './policy'
import { insertTelemetry, listTelemetry, type RecordFilter } from './store'
import { telemetryRecordView } from './view'

export { countTelemetry, pageTelemetry, type RecordFilter } from './store'

type Report = Unchecked<typeof TelemetryReport>

/** When and where a record came from. */
interface Origin {
  now: Date
  address: string
}

/** 9429 if an API key has sent more this minute than the settings allow, in records or in bytes. */
export function beyondQuota(
  { config, limit }: Pick<Deps, 'config' | 'limit'>,
  report: Report,
  admitted: AdmittedRequest,
) {
  const quotas = [
    { name: 'telemetry', perMinute: config.telemetry_per_minute },
    {
      name: 'bytes of telemetry',
      perMinute: config.telemetry_kilobytes_per_minute * 1024,
      amount: Buffer.byteLength(JSON.stringify(report)),
    },
  ]
  const shares = quotas.flatMap((quota) => sharesOfKey(quota, admitted.key, () => admitted.address))
  const seconds = passAll(limit, shares, admitted.now)
  return seconds ? say('too_many_requests', { retry_after: seconds }) : undefined
}

/**
 * 830, or 831 with the record's faults. Either way the record is stored with its flags (CONTRACT §6), or dropped if the
 * setting `telemetry` is off. Only values that no field may hold are refused.
 */
export async function sendTelemetryData(tx: Tx, report: Report, origin: Origin, config: Config) {
  const tooLong = Object.entries(report).find(([, value]) => (fieldText(value)?.length ?? 0) > textLengthMax)
  if (tooLong) return say('malformed_request', { detail: `The field "${tooLong[0]}" is too long.` })
  const product = await resolveProduct(tx, report.product_id)
  const { errors } = judge(TelemetryReport, report, {
    product_id: product ? undefined : selectedIsInvalid('product_id'),
    ...faultsInData(report),
  })
  if (config.telemetry === 'on')
    await keep(tx, report, { isCorrect: !errors, productId: product?.id, now: origin.now, address: origin.address })
  return errors
    ? say('incorrect_format_telemetry_saved', { errors })
    : say('correct_format_telemetry_saved', { errors: [] })
}

/** 970 with the records that match the filter, oldest first; `next_page` if there are more. */
export async function getTelemetryData(db: Queryable, filter: Static<typeof TelemetryFilter>) {
  const { page = 1, per_page = listedMax } = filter
  const rows = await listTelemetry(db, await conditions(db, filter), {
    limit: per_page + 1,
    offset: (page - 1) * per_page,
  })
  return say('telemetry_data_found', {
    data: rows.slice(0, per_page).map(telemetryRecordView),
    ...(rows.length > per_page && { next_page: page + 1 }),
  })
}

async function keep(
  tx: Tx,
  report: Report,
  { isCorrect, productId, now, address }: Origin & { isCorrect: boolean; productId: number | undefined },
) {
  const { license_key, product_version } = report
  const flags = {
    isCorrectFormat: Number(isCorrect),
    licenseKeyExists: Number(typeof license_key === 'string' && (await isKnown(tx, license_key))),
    productExists: Number(productId !== undefined),
    productVersionExists: Number(
      productId !== undefined &&
        typeof product_version === 'string' &&
        (await hasRelease(tx, productId, product_version)),
    ),
  }
  const record = await insertTelemetry(tx, {
    userIdentifier: fieldText(report.user_identifier),
    licenseKey: fieldText(license_key),
    activationIdentifier: fieldText(report.activation_identifier),
    productId: fieldText(productId ?? report.product_id),
    productVersion: fieldText(product_version),
    dataType: fieldText(report.data_type),
    dataGroup: fieldText(report.data_group),
    data: dataOf(report),
    ...flags,
    hasRedFlags: Number(Object.values(flags).includes(0)),
    createdAt: now,
    ip: address,
    hwid: fieldText(report.hwid),
    country: fieldText(report.country),
    flags: jsonOrText(report.flags),
    metadata: jsonOrText(report.metadata),
  })
  await announce(tx, 'telemetry.received', telemetryRecordView(record), now)
  if (record.hasRedFlags) await announce(tx, 'telemetry.flagged', telemetryRecordView(record), now)
}

const isKnown = async (tx: Queryable, key: string) =>
  ((await findLicense(tx, key)) ?? (await findPastedLicense(tx, key))) !== undefined

/** The filter in the store's terms. */
export async function conditions(db: Queryable, filter: Static<typeof TelemetryFilter>): Promise<RecordFilter> {
  const product = await resolveProduct(db, filter.product_id)
  const wanted = {
    hasRedFlags: filter.has_red_flags,
    isCorrectFormat: filter.is_correct_format,
    licenseKeyExists: filter.license_key_exists,
    productExists: filter.product_exists,
    productVersionExists: filter.product_version_exists,
    dataType: filter.data_type?.toLowerCase(),
    dataGroup: filter.data_group,
    productId: product ? String(product.id) : filter.product_id,
    userIdentifier: filter.user_identifier,
    licenseKey: filter.license_key,
  }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}
