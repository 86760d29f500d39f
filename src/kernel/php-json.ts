/**
 * The text PHP's `json_encode` gives with its default flags: no spaces, `/` as `\/`, everything beyond ASCII as
 * lower-case `\uXXXX` (CONTRACT §0). Signatures are made over its base64, so every byte matters.
 */
export const phpJson = (value: unknown) => JSON.stringify(value).replace(/[/\u0080-\uffff]/g, escaped)

const escaped = (character: string) =>
  character === '/' ? '\\/' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
