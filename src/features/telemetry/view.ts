import { type Static, Type } from '@sinclair/typebox'
import type { TelemetryRecord } from '../../../db/schema/licensing'
import { parseId } from '../../kernel/ids'
import { isoSeconds } from '../../kernel/moments'
import { bit, nullable, timestamp, view } from '../../kernel/view'

const text = nullable(Type.String())

/** A telemetry record, as shown to clients and operators. */
export const TelemetryRecordView = view('TelemetryRecord', {
  id: Type.Integer(),
  user_identifier: text,
  license_key: text,
  activation_identifier: text,
  product_id: Type.Union([Type.Integer(), Type.String(), Type.Null()], {
    description: 'As it was sent: an id is a number, anything else a text.',
  }),
  product_version: text,
  data_type: text,
  data_group: text,
  data: text,
  is_correct_format: bit(),
  license_key_exists: bit(),
  product_exists: bit(),
  product_version_exists: bit(),
  has_red_flags: bit('1 where any of the four before it is 0.'),
  created_at: timestamp(),
  updated_at: timestamp(),
})

/** A record as in 970 (CONTRACT §1). */
export const telemetryRecordView = (record: TelemetryRecord): Static<typeof TelemetryRecordView> => ({
  id: record.id,
  user_identifier: record.userIdentifier,
  license_key: record.licenseKey,
  activation_identifier: record.activationIdentifier,
  product_id: parseId(record.productId ?? '') ?? record.productId,
  product_version: record.productVersion,
  data_type: record.dataType,
  data_group: record.dataGroup,
  data: record.data,
  is_correct_format: record.isCorrectFormat,
  license_key_exists: record.licenseKeyExists,
  product_exists: record.productExists,
  product_version_exists: record.productVersionExists,
  has_red_flags: record.hasRedFlags,
  created_at: isoSeconds(record.createdAt),
  updated_at: isoSeconds(record.createdAt),
})
