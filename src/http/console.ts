import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Elysia } from 'elysia'
import type { Config } from '../config'
import type { Deps } from '../deps'
import { pathPrefixOf } from './admin/cookies'
import { consoleObstacle } from './console-access'
import { pageHeaders } from './page-headers'

/** Where the console's files are: embedded in the executable, or built by `npm run build`. */
const folders = [join(import.meta.dir, 'console'), join(import.meta.dir, '../../dist/console')]

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const types: Record<string, string> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' }
const html = 'text/html; charset=utf-8'
const plain = 'text/plain; charset=utf-8'
const hidden = { detail: { hide: true } }

/** `/console`: the operator's pages, which call `/admin/api`. All served from this machine. */
export const consolePages = ({ config, clientAddresses }: Deps) => {
  const headers = { ...pageHeaders(config), 'content-security-policy': policy }
  const notice = (status: number, message: string) =>
    new Response(`${message}\n`, { status, headers: { ...headers, 'content-type': plain } })
  const refused = (request: Request) => {
    const obstacle = consoleObstacle(config, clientAddresses.of(request))
    return obstacle && notice(config.console === 'off' ? 404 : 403, String(obstacle))
  }
  const page = (request: Request) => {
    const files = builtFiles()
    if (!files) return notice(404, 'The console is not built: run "npm run build" first.')
    const text = indexPage(`${pathPrefixOf(request, config)}/console/assets`, files.entry)
    return new Response(text, { headers: { ...headers, 'content-type': html, 'cache-control': 'no-cache' } })
  }
  return new Elysia()
    .get('/console', ({ request }) => refused(request) ?? page(request), hidden)
    .get('/console/*', ({ request }) => refused(request) ?? page(request), hidden)
    .get(
      '/console/assets/:name',
      ({ params, request }) => {
        const { name } = params
        const refusal = refused(request)
        if (refusal) return refusal
        const files = builtFiles()
        if (!files?.names.has(name)) return notice(404, 'There is no such file.')
        const isCompressed = acceptsBrotli(request) && files.names.has(`${name}.br`)
        return new Response(Bun.file(join(files.folder, isCompressed ? `${name}.br` : name)), {
          headers: {
            ...headers,
            'content-type': types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
            'cache-control': 'public, max-age=31536000, immutable',
            vary: 'accept-encoding',
            ...(isCompressed && { 'content-encoding': 'br' }),
          },
        })
      },
      hidden,
    )
}

/** Leads a browser that opens the server's address to the console. Undefined for machines. */
export function redirectToConsole(request: Request, path: string, config: Config): Response | undefined {
  if (path !== '/' || request.method !== 'GET' || config.console === 'off') return undefined
  if (!request.headers.get('accept')?.includes('text/html')) return undefined
  return new Response(null, { status: 302, headers: { location: `${pathPrefixOf(request, config)}/console` } })
}

interface Built {
  folder: string
  names: ReadonlySet<string>
  /** The files that the page loads first. */
  entry: { script: string; style: string }
}

let built: Built | undefined

/** The console's files, listed at the first request. Undefined if it was not built. */
function builtFiles(): Built | undefined {
  if (built) return built
  const folder = folders.find((each) => existsSync(join(each, 'entry.json')))
  if (!folder) return undefined
  const entry = JSON.parse(readFileSync(join(folder, 'entry.json'), 'utf8'))
  built = { folder, names: new Set(readdirSync(folder)), entry }
  return built
}

const acceptsBrotli = ({ headers }: Request) => /\bbr\b/.test(headers.get('accept-encoding') ?? '')

const indexPage = (assets: string, { script, style }: Built['entry']) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Latchkey</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${assets}/${style}">
    <script type="module" src="${assets}/${script}"></script>
  </head>
  <body>
    <div id="console"></div>
    <noscript>The console needs JavaScript. Every task can also be done on the command line: latchkey help.</noscript>
  </body>
</html>
`
