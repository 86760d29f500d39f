import type { Feature } from '../../../db/schema/catalog'
import type { License } from '../../../db/schema/licensing'
import { OperatorError } from '../../kernel/operator-error'
import { parseCell } from './json'

const featureTypes: readonly string[] = ['boolean', 'number', 'string']

/** The features that a product's licences get. */
export function productFeaturesOf(given: unknown): Feature[] | undefined {
  if (given === undefined || given === null || given === '') return undefined
  const features = typeof given === 'string' ? parseCell(given, 'features') : given
  if (!Array.isArray(features) || !features.every(isFeature)) {
    throw new OperatorError('features takes a list: [{"key": "seats", "type": "number", "default": 5}]')
  }
  return features.map(writtenFeature)
}

/** A feature with all its parts, in a fixed order. */
export const writtenFeature = ({ key, label = key, type, default: value, description = '' }: Feature): Feature => ({
  key,
  label,
  type,
  default: value,
  description,
})

const isFeature = (feature: unknown) => {
  const { key, type, default: value } = (feature ?? {}) as Partial<Feature>
  return typeof key === 'string' && key !== '' && featureTypes.includes(type as string) && typeof value === type
}

/** The feature values of a licence. */
export function licenseFeaturesOf(given: unknown): License['features'] | undefined {
  if (given === undefined || given === null || given === '') return undefined
  const value = typeof given === 'string' ? parseCell(given, 'features') : given
  const isSound =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((worth) => featureTypes.includes(typeof worth))
  if (!isSound)
    throw new OperatorError('features takes an object of booleans, numbers and texts: {"seats": 5, "export": true}')
  return value as License['features']
}
