import { exchange, statusesIn } from '../../hostile/connection'
import { anAddress } from '../addresses'
import { type Attack, volley } from '../scene'

const before = ['', '/zz', '/', '/.', '/x/..', '/%2e', '/abc', '//', '/admin/..', '/api/v1/..', '/%2F', '/\\']
const aims = [
  '/metrics',
  '/admin/api/status',
  '/admin/api/licenses',
  '/admin/api/users',
  '/api/v1/get-license-keys',
  '/metrics/',
  '//metrics',
]
const hosts = ['x', '', 'localhost', 'a/b', 'x y', '[::1]', '127.0.0.1', 'a/admin/api/status?', 'metrics', '..']

/** Paths that a proxy reads otherwise than the server: slashes, dots, absolute addresses, a Host that is part of a path. */
export const bendPaths: Attack = async (scene) => {
  const { target, chance, found, secrets, who, bearer, count } = scene
  await volley(scene, 16, async () => {
    const path = chance.pick(before) + chance.pick(aims)
    const targetOf = chance.happens(0.2) ? `http://elsewhere.example${path}` : path
    const head = [
      `GET ${targetOf} HTTP/1.1`,
      `Host: ${chance.pick(hosts)}`,
      `X-Forwarded-For: ${anAddress(chance)}`,
      ...(bearer ? [`Authorization: Bearer ${bearer}`] : []),
      'Connection: close',
    ]
    count('hostile requests')
    const heard = await exchange(target.stage, Buffer.from(`${head.join('\r\n')}\r\n\r\n`))
    const evidence = { who, head, heard: heard.slice(0, 400) }
    if (secrets.leaksTo(who, heard).length || /^latchkey_/m.test(heard)) found('a path leads where it says', evidence)
    if (statusesIn(heard).includes(500)) found('no request ends in an internal error', evidence)
    const isUser = who === 'viewer' || who === 'operator'
    const isOpen = statusesIn(heard).includes(200) && !path.includes('/api/v1/')
    if (isOpen && !isUser) found('a path leads where it says', evidence)
  })
}
