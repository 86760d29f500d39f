declare module '*.css'

/** The server's code, whose types the console uses, knows the runtime's workers. */
interface Worker {
  unref(): void
}
