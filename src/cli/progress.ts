import type { Progress } from '../kernel/progress'
import type { Io } from './io'

const barCells = 30

/** At a terminal, a one-line progress bar; elsewhere nothing is shown. */
export function progressBar(io: Io, of: number): { add(part: number): void; end(): void } {
  let done = 0
  let shown = -1
  return {
    add(part) {
      done += part
      const percent = of ? Math.min(100, Math.floor((done / of) * 100)) : 100
      if (!io.confirm || percent === shown) return
      shown = percent
      const cells = Math.round((percent / 100) * barCells)
      io.err(`\r${'█'.repeat(cells)}${'░'.repeat(barCells - cells)} ${percent} %`)
    },
    end() {
      if (shown !== -1) io.err('\n')
    },
  }
}

/** At a terminal, a progress bar for each phase of long work that has a measure. */
export function phaseBar(io: Io): { show(progress: Progress): void; end(): void } {
  let current: { phase: string; shown: number; bar: ReturnType<typeof progressBar> } | undefined
  function end() {
    current?.bar.end()
    current = undefined
  }
  return {
    show({ phase, done, of }) {
      if (current?.phase !== phase) end()
      if (!of) return
      current ??= { phase, shown: 0, bar: progressBar(io, of) }
      current.bar.add(done - current.shown)
      current.shown = done
    },
    end,
  }
}
