declare module '*.md' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}

declare module '*.webp' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}

declare module '*/style.css' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}

declare module '*.go' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}

declare module '*.php' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}

declare module '*.py' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}

declare module '*.java' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}

declare module '*.cs' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}

declare module '*.c' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}

declare module '*.rb' {
  /** Where the file lies: on disk, or inside the binary. */
  const path: string
  export default path
}
