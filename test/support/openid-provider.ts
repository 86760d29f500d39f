import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the provider says of somebody, beside the subject. */
export interface Account {
  preferred_username?: string
  email?: string
  email_verified?: boolean
  groups?: string[]
}

export const clientId = 'latchkey'
export const clientSecret = 'a secret of the provider and this server'

/** A real OpenID provider on this machine, whose log-in takes any password. */
export async function startProvider(redirectUri: string, accounts: Record<string, Account>) {
  const server = createServer()
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const warn = console.warn
  console.warn = () => {}
  // @ts-expect-error: the package has no types
  const { Provider } = await import('oidc-provider')
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['test'] },
    ttl: { Session: 3600, Interaction: 3600, Grant: 3600, IdToken: 3600, AccessToken: 3600 },
  })
  console.warn = warn
  server.on('request', provider.callback())
  return {
    issuer,
    /** Walks through log-in and consent at the provider as a browser; the query it comes back with. */
    async approve(url: string, account: string, cookies = new Map<string, string>()): Promise<string> {
      const visit = async (to: string, form?: Record<string, string>) => {
        const answer = await fetch(to, {
          redirect: 'manual',
          method: form ? 'POST' : 'GET',
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
          ...(form && { body: new URLSearchParams(form) }),
        })
        for (const line of answer.headers.getSetCookie()) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
          cookies.set(name!, value!)
        }
        const text = await answer.text()
        const next = answer.headers.get('location')
        return { text, next: next && new URL(next, to).href }
      }
      let step = await visit(url)
      for (let hops = 0; hops < 12; hops++) {
        if (step.next?.startsWith(redirectUri)) return new URL(step.next).search.slice(1)
        if (step.next) step = await visit(step.next)
        else {
          const action = /action="([^"]+)"/.exec(step.text)?.[1]
          if (!action) throw new Error(`the provider shows no form: ${step.text}`)
          const prompt = /name="prompt" value="(\w+)"/.exec(step.text)![1]!
          step = await visit(new URL(action, issuer).href, { prompt, login: account, password: 'x' })
        }
      }
      throw new Error('the provider sends in circles')
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resume) => server.close(resume))
    },
  }
}
