import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Report } from '../report'
import { type Stage, setStage } from '../stage'
import { type Door, doorsIn } from './doors'

/** Limits low enough to be reached within a round. */
export const limits = { guesses: 20, freedSeats: 20, telemetryKilobytes: 512 }

const marketToken = 'MARKETTOKEN7Q2Z'

/** What the Envato market knows of each purchase code. */
export type Sales = Map<string, { buyer: string; item: { id: number; name: string } }>

/** Somebody who works at the server with an operator token. */
export interface Operator {
  name: string
  password: string
  token: string
}

/** A running server, the people who look after it, and all its doors. */
export interface Target {
  stage: Stage
  doors: readonly Door[]
  publicKeys: readonly string[]
  owner: Operator
  operator: Operator
  viewer: Operator
  sales: Sales
  marketToken: string
  /** Asks as the owner, from the machine itself. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer's payload differs from route to route
  manage(door: string, fields?: object): Promise<any>
  close(): Promise<void>
}

export async function openTarget(report: Report): Promise<Target> {
  const sales: Sales = new Map()
  const market = await openMarket(sales)
  const stage = await setStage(report, {
    env: {
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
      LATCHKEY_GUESSES_PER_MINUTE: String(limits.guesses),
      LATCHKEY_FREED_SEATS_PER_MINUTE: String(limits.freedSeats),
      LATCHKEY_TELEMETRY_KILOBYTES_PER_MINUTE: String(limits.telemetryKilobytes),
      LATCHKEY_ENVATO_TOKEN: marketToken,
      LATCHKEY_ENVATO_URL: `http://127.0.0.1:${(market.address() as AddressInfo).port}`,
    },
  })
  const [{ json: keys }, { out: description }, { json: user }] = await Promise.all([
    stage.cli('key', 'show', '--json'),
    stage.cli('openapi'),
    stage.cli('user', 'create', '--name', 'owner', '--role', 'owner', '--json'),
  ])
  const { token } = (await stage.cli('user', 'tokens', 'create', 'owner', '--name', 'torture', '--json')).json
  const owner = { name: 'owner', password: user.password, token }
  await stage.start()

  const manage: Target['manage'] = (door, fields) => askAsOwner(stage, owner, door, fields)
  const hire = async (role: 'operator' | 'viewer'): Promise<Operator> => {
    const user = await manage('POST /users', { name: role, role })
    const made = await manage(`POST /users/${role}/tokens`, { name: 'torture', current_password: owner.password })
    return { name: role, password: user.password, token: made.token }
  }
  return {
    ...{ stage, owner, sales, marketToken, manage },
    doors: doorsIn(JSON.parse(description)),
    publicKeys: keys.keys.map((key: { public_key: string }) => key.public_key),
    operator: await hire('operator'),
    viewer: await hire('viewer'),
    async close() {
      await stage.remove()
      market.close()
    },
  }
}

async function askAsOwner(stage: Stage, { token }: Operator, door: string, fields: object = {}) {
  const [method, path] = door.split(' ') as [string, string]
  const isLookup = method === 'GET'
  const query = isLookup ? `?${new URLSearchParams(fields as Record<string, string>)}` : ''
  const answer = await fetch(`${stage.url}/admin/api${path}${query}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(!isLookup && { body: JSON.stringify(fields) }),
  })
  const json = await answer.json()
  if (!answer.ok) throw new Error(`${door} is ${answer.status}: ${JSON.stringify(json)}`)
  return json
}

/** A market that takes its time, so that many may ask for one code at once. */
async function openMarket(sales: Sales): Promise<Server> {
  const market = createServer((request, response) => {
    const code = new URL(request.url!, 'http://market').searchParams.get('code') ?? ''
    const sale = request.headers.authorization === `Bearer ${marketToken}` ? sales.get(code) : undefined
    setTimeout(() => {
      response.writeHead(sale ? 200 : 404, { 'content-type': 'application/json' })
      response.end(JSON.stringify(sale ?? { error: 404 }))
    }, 20)
  })
  await new Promise<void>((open) => market.listen(0, '127.0.0.1', open))
  market.unref()
  return market
}
