import type { ReactNode } from 'react'

const tones = {
  good: 'border-good text-good',
  warn: 'border-warn text-warn',
  bad: 'border-bad text-bad',
  plain: 'border-line text-muted',
} as const

export type Tone = keyof typeof tones

/** A short state in words; its colour only repeats what they say. */
export const Badge = ({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) => (
  <span
    className={`inline-block rounded-full border px-2 text-xs leading-5 font-medium whitespace-nowrap ${tones[tone]}`}
  >
    {children}
  </span>
)
