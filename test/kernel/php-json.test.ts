import { describe, expect, test } from 'bun:test'
import { phpJson } from '../../src/kernel/php-json'

describe('PHP encodes', () => {
  test.each<[unknown, string]>([
    ['https://a.test/x', '"https:\\/\\/a.test\\/x"'],
    ['é', '"\\u00e9"'],
    ['\u007f\u0080\u00ff', '"\u007f\\u0080\\u00ff"'],
    ['€', '"\\u20ac"'],
    ['😀', '"\\ud83d\\ude00"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['\uffff', '"\\uffff"'],
    ['\b\f\n\r\t', '"\\b\\f\\n\\r\\t"'],
    ['\u0000\u001f', '"\\u0000\\u001f"'],
    ['"\\', '"\\"\\\\"'],
    ["'&<>", '"\'&<>"'],
    [{ 'a/ü': [] }, '{"a\\/\\u00fc":[]}'],
    [[], '[]'],
    [{ a: 1, b: [true, false, null] }, '{"a":1,"b":[true,false,null]}'],
    ['', '""'],
  ])('%j as %s', (value, text) => {
    expect(phpJson(value)).toBe(text)
  })

  test('so that it can be read back', () => {
    const value = { '/ü😀\u2028"\\': ['/', '\ud83d\ude00', "'", '\u0000'], n: -1 }
    expect(JSON.parse(phpJson(value))).toEqual(value)
  })
})
