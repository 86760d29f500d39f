/**
 * Encodes like PHP's `json_encode` with its default flags: no spaces, `/` as `\/`, non-ASCII as lower-case `\uXXXX`
 * (CONTRACT §0). Signatures cover its base64, so every byte matters.
 */
export const phpJson = (value: unknown) => JSON.stringify(value).replace(/[/\u0080-\uffff]/g, escaped)

const escaped = (character: string) =>
  character === '/' ? '\\/' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
