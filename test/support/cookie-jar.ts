import type { TestInstallation } from './installation'
import { type AdminDoor, type Told, tell } from './operator'

/** A browser with its cookies, on a page of the server. */
export interface Browser {
  readonly origin: string
  tell(door: AdminDoor, fields?: Record<string, unknown>): Promise<Told>
  /** The cookies it holds, by name. */
  readonly cookies: Map<string, string>
}

/** A browser that has never been here, at an address of its own. */
export function openBrowser(installation: Pick<TestInstallation, 'url'>, address?: string): Browser {
  const cookies = new Map<string, string>()
  const origin = `http://localhost:${new URL(installation.url).port}`
  return {
    origin,
    cookies,
    async tell(door, fields) {
      const headers = {
        ...{ origin, host: new URL(origin).host, 'sec-fetch-site': 'same-origin' },
        ...(address && { 'x-forwarded-for': address }),
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      }
      const told = await tell(installation, door, fields, { headers })
      for (const line of told.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
        if (value) cookies.set(name!, value)
        else cookies.delete(name!)
      }
      return told
    },
  }
}
