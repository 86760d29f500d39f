import { forgetProofs } from '../../../support/operator'
import type { Attack, Scene } from '../scene'

const cookie = (value: string) => ({ cookie: `latchkey_session=${value}` })

/** Logs in as a browser does; undefined where there were too many who tried. */
async function logIn({ target, who, ask, claims }: Scene) {
  const { name, password } = { operator: target.operator, viewer: target.viewer }[who as 'operator' | 'viewer']
  const heard = await ask('POST /admin/api/session', { name, password }, { bearer: undefined })
  claims.permissions.push({ place: new RegExp(`^token ${name} session `), accepts: (row) => row?.kind === 'session' })
  return /latchkey_session=([\w-]+)/.exec(heard.headers.get('set-cookie') ?? '')?.[1]
}

/** A page of another server makes the browser of a user ask; then a session that has ended goes on asking. */
export const abuseSessions: Attack = async (scene) => {
  const { chance, ask, found, who, target } = scene
  const session = await logIn(scene)
  if (!session) return
  const change = (headers: Record<string, string>) =>
    ask(
      'POST /admin/api/products',
      { name: 'forged', description: 'forged' },
      { bearer: undefined, headers: { ...cookie(session), ...headers } },
    )
  const foreign = chance.pick<Record<string, string>>([
    ...[{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, {}],
    ...[
      { origin: 'null' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example', 'content-type': 'text/plain' },
    ],
  ])
  const forged = await change(foreign)
  if (![403, 415, 429].includes(forged.status))
    found('a change comes from a page of this server', { foreign, text: forged.text })

  const own = { bearer: undefined, headers: { ...cookie(session), 'sec-fetch-site': 'same-origin' } }
  // As if more than ten minutes had gone by since the log-in.
  forgetProofs(target.stage)
  const token = await ask(`POST /admin/api/users/${who}/tokens`, { name: 'lasting' }, own)
  const others = chance.pick([target.owner.name, who === 'viewer' ? 'operator' : 'viewer'])
  const foreignToken = await ask(
    `POST /admin/api/users/${others}/tokens`,
    { name: 'lasting', current_password: 'x' },
    own,
  )
  const foreignFactor = await ask(`POST /admin/api/users/${others}/totp`, { current_password: 'x' }, own)
  const ended = await ask(`DELETE /admin/api/users/${others}/sessions`, {}, own)
  for (const heard of [token, foreignToken, foreignFactor, ended])
    if (![403, 404, 429].includes(heard.status))
      found('what outlives a session takes a password', { who, text: heard.text })

  await ask('DELETE /admin/api/session', {}, own)
  const after = await ask('GET /admin/api/licenses', {}, own)
  if (![401, 429].includes(after.status))
    found('a session that has ended opens nothing', { who, text: after.text.slice(0, 300) })
}
