/** How far long work is: what it does now, and how much of that is done, in bytes or rows. `of` is 0 while nobody can tell. */
export interface Progress {
  readonly phase: string
  readonly done: number
  readonly of: number
}

export type TellProgress = (progress: Progress) => void

/** Tells the progress of work in phases, at most once for each percent. */
export function openMeter(tell: TellProgress = () => {}) {
  let [phase, done, of, told] = ['', 0, 0, -1]
  function tellChange() {
    const percent = of ? Math.floor((100 * done) / of) : 0
    if (percent === told) return
    told = percent
    tell({ phase, done, of })
  }
  return {
    begin(name: string, bytes = 0) {
      ;[phase, done, of, told] = [name, 0, bytes, -1]
      tellChange()
    },
    /** What the present phase is going to do. */
    total: () => of,
    add(bytes: number) {
      done += bytes
      tellChange()
    },
  }
}

export type Meter = ReturnType<typeof openMeter>

/** The progress of this process's long work, by name. It is gone when the work ends, or the process. */
export interface ProgressBoard {
  of(name: string): Progress | undefined
  /** Shows the progress that the work tells until it ends. */
  during<T>(name: string, work: (tell: TellProgress) => Promise<T>): Promise<T>
}

export function openProgressBoard(): ProgressBoard {
  const shown = new Map<string, Progress>()
  return {
    of: (name) => shown.get(name),
    async during(name, work) {
      try {
        return await work((progress) => shown.set(name, progress))
      } finally {
        shown.delete(name)
      }
    },
  }
}
