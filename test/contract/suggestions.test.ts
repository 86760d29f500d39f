import { expect, test } from 'bun:test'
import { speak } from '../support/installation'

test.each([
  [
    ['license', 'unrevoke', 'KEY'],
    ['A revocation is for good', 'latchkey license replace'],
  ],
  [['license', 'deactivate', 'KEY'], ['Did you mean latchkey activation deactivate?']],
  [['explain', 'KEY'], ['latchkey license explain']],
  [['licence', 'list'], ['Did you mean license?']],
  [['license', 'shwo', 'KEY'], ['Did you mean show?']],
  [['license', 'list', '--statsu', 'expired'], ['Did you mean --status?']],
])('%j suggests what there is', async (line, suggested) => {
  const { exitCode, out, err } = await speak(line)
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
  for (const words of suggested) expect(err).toContain(words)
})

test.each([[['license', 'zzzzzz']], [['license', 'show', 'KEY', '--reason', 'why']]])(
  '%j suggests nothing: there is nothing like it',
  async (line) => {
    const { exitCode, err } = await speak(line)
    expect(exitCode).toBe(2)
    expect(err).not.toContain('Did you mean')
  },
)
