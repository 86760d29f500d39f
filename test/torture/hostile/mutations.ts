import fc from 'fast-check'

type Mutation = (bytes: Buffer) => Buffer

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = (bytes: Buffer, share: number) => Math.floor(bytes.length * share)
const noise = fc.uint8Array({ minLength: 1, maxLength: 600 }).map((some) => Buffer.from(some))

const flipped = fc.tuple(share, fc.integer({ min: 0, max: 7 })).map(
  ([place, bit]): Mutation =>
    (bytes) => {
      const spoilt = Buffer.from(bytes)
      if (spoilt.length) spoilt[at(bytes, place)]! ^= 1 << bit
      return spoilt
    },
)
const cutOff = share.map(
  (place): Mutation =>
    (bytes) =>
      bytes.subarray(0, at(bytes, place)),
)
const leftOut = fc.tuple(share, fc.integer({ min: 1, max: 2000 })).map(
  ([place, length]): Mutation =>
    (bytes) =>
      Buffer.concat([bytes.subarray(0, at(bytes, place)), bytes.subarray(at(bytes, place) + length)]),
)
const putIn = fc.tuple(share, noise).map(
  ([place, some]): Mutation =>
    (bytes) =>
      Buffer.concat([bytes.subarray(0, at(bytes, place)), some, bytes.subarray(at(bytes, place))]),
)
const appended = noise.map(
  (some): Mutation =>
    (bytes) =>
      Buffer.concat([bytes, some]),
)
const turnedAround = share.map(
  (place): Mutation =>
    (bytes) =>
      Buffer.concat([bytes.subarray(at(bytes, place)), bytes.subarray(0, at(bytes, place))]),
)
const twice = fc.constant<Mutation>((bytes) => Buffer.concat([bytes, bytes]))

/** Spoils bytes in one to three ways: bits flipped, pieces lost, put in, moved or repeated. */
export const mutationsOf: fc.Arbitrary<Mutation> = fc
  .array(fc.oneof({ weight: 3, arbitrary: flipped }, cutOff, leftOut, putIn, appended, turnedAround, twice), {
    minLength: 1,
    maxLength: 3,
  })
  .map((some) => (bytes) => some.reduce((spoilt, mutation) => mutation(spoilt), bytes))
