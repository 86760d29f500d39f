/** A number before its noun: `1 signing key`, `2 signing keys`. */
export const counted = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`
