import { type Input, type Route, respond } from '../api/client'

/** Saves a file that the page has made or fetched. */
export function saveFile(name: string, content: Blob) {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}

/** Saves the answer of a route as CSV. */
export async function saveCsv<R extends Route>(name: string, route: R, input: Input<R>) {
  const response = await respond(route, input as Record<string, unknown>, { accept: 'text/csv' })
  saveFile(name, await response.blob())
}
