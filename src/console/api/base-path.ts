/** The path below which browsers see the server: empty, or a proxy's prefix such as `/licensing`. */
export const basePath = new URL('../..', import.meta.url).pathname.replace(/\/+$/, '')
