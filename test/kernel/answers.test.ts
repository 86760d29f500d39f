import { expect, test } from 'bun:test'
import { answers, declared } from '../../src/kernel/answers'
import codes from '../fixtures/codes.json'

const all = (Object.keys(answers) as (keyof typeof answers)[]).map(declared)

test('every documented answer is declared, in its words', () => {
  const own = all.filter(({ code }) => Number(code) < 9000)
  const said = own.map(({ code, message }) => [Number(code), message] as const).sort(([a], [b]) => a - b)
  const documented = codes.map(({ code, message }) => [Number(code), message] as const).sort(([a], [b]) => a - b)
  expect(said).toEqual(documented)
})

test('no number is declared twice', () => {
  const numbers = all.map(({ code }) => Number(code))
  expect(numbers.filter((number, i) => numbers.indexOf(number) !== i)).toEqual([])
})

test('only 400 is a text, as it was captured', () => {
  expect(all.filter(({ code }) => typeof code !== 'number').map(({ code }) => code)).toEqual(['400'])
})

test('the status is 401 for 100 to 103, 403 for 150, 200 for every other documented one', () => {
  const expected = (code: number) => (code <= 103 ? 401 : code === 150 ? 403 : 200)
  for (const { code, http } of all) {
    if (Number(code) < 9000) expect([code, http]).toEqual([code, expected(Number(code))])
    else expect([code, http]).toEqual([code, Number(code) - 9000])
  }
})
