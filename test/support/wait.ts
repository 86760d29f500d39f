const patienceMs = 20_000

/** Waits until something is so; what it returns then. Gives up after twenty seconds, unless told otherwise. */
export async function until<T>(
  what: string,
  find: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  forMs = patienceMs,
): Promise<T> {
  const deadline = performance.now() + forMs
  for (;;) {
    const found = await find()
    if (found) return found
    if (performance.now() > deadline) throw new Error(`it never came to pass: ${what}`)
    await Bun.sleep(20)
  }
}
