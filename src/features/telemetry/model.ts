import { Type } from '@sinclair/typebox'
import { choice, flag, integer, jsonText, text, validatedByService } from '../../intake/model'
import { listedMax } from '../licenses/model'
import { productReference } from '../products/model'

/** The fields that carry the data of each type (CONTRACT §6). */
export const valueFields = {
  'numeric-single-value': ['numeric_data_single_value'],
  'numeric-xy-axis': ['numeric_data_x', 'numeric_data_y'],
  text: ['text_data'],
} as const

export type DataType = keyof typeof valueFields
export type ValueField = (typeof valueFields)[DataType][number]

const dataTypes = Object.keys(valueFields) as DataType[]
const value = (dataType: DataType) =>
  Type.Optional(text({ nullable: true, description: `Required when data_type is ${dataType}.` }))

/** A record's faults are reported and stored; they never cause a refusal. */
export const TelemetryReport = validatedByService(
  Type.Object({
    product_id: productReference(),
    user_identifier: text(),
    license_key: text(),
    activation_identifier: text(),
    product_version: text(),
    data_type: choice(dataTypes),
    data_group: text(),
    numeric_data_single_value: value('numeric-single-value'),
    numeric_data_x: value('numeric-xy-axis'),
    numeric_data_y: value('numeric-xy-axis'),
    text_data: value('text'),
    hwid: Type.Optional(text({ nullable: true })),
    country: Type.Optional(text({ nullable: true })),
    flags: Type.Optional(jsonText({ nullable: true, description: 'Any JSON; stored, not returned.' })),
    metadata: Type.Optional(jsonText({ nullable: true, description: 'Any JSON; stored, not returned.' })),
  }),
)

const only = (description: string) => Type.Optional(text({ description }))

export const TelemetryFilter = Type.Object({
  has_red_flags: Type.Optional(flag({ description: '1: only records with a red flag; 0: only those without.' })),
  is_correct_format: Type.Optional(flag({ description: '1: only records of the right form; 0: only others.' })),
  license_key_exists: Type.Optional(
    flag({ description: '1: only records of an existing licence key; 0: only others.' }),
  ),
  product_exists: Type.Optional(flag({ description: '1: only records of an existing product; 0: only others.' })),
  product_version_exists: Type.Optional(
    flag({ description: '1: only records of an existing version; 0: only others.' }),
  ),
  data_type: only('Only records of this type.'),
  data_group: only('Only records of this group.'),
  product_id: Type.Optional(productReference('Only records of this product.')),
  user_identifier: only('Only records of this user.'),
  license_key: only('Only records of this licence key.'),
  page: Type.Optional(integer({ minimum: 1 })),
  per_page: Type.Optional(integer({ minimum: 1, maximum: listedMax })),
})
