import { type AnyElysia, Elysia } from 'elysia'
import style from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }
import type { Deps } from '../deps'
import { describeApi } from './openapi'
import { pageHeaders } from './page-headers'

/** Names its files by where they lie from the page, which may stand under a path of a proxy's. */
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Latchkey API</title>
<link rel="stylesheet" href="docs/viewer.css">
<div id="viewer"></div>
<script src="docs/viewer.js"></script>
<script src="docs/start.js"></script>
</html>
`

const startWith = (description: string) => `const url = new URL('${description}', document.currentScript.src).href
SwaggerUIBundle({ url, dom_id: '#viewer', deepLinking: true, filter: true })
`

const plain = { detail: { hide: true } }

/** `/openapi.json` and `/docs`: the API and a viewer for it, all from this machine. */
export const docs = ({ config }: Deps, appOf: () => AnyElysia) => {
  const headers = pageHeaders(config)
  const file = (content: string | Blob, type: string) =>
    new Response(content, { headers: { ...headers, 'content-type': type } })
  let described: string | undefined
  const description = () => {
    described ??= JSON.stringify(describeApi(appOf()))
    return described
  }
  const files = (folder: string, description: string) =>
    new Elysia({ prefix: folder })
      .get('/start.js', () => file(startWith(description), 'text/javascript'), plain)
      .get('/viewer.js', () => file(Bun.file(script), 'text/javascript'), plain)
      .get('/viewer.css', () => file(Bun.file(style), 'text/css'), plain)
  return (
    new Elysia()
      .get('/openapi.json', () => file(description(), 'application/json'), plain)
      .get('/docs', () => file(page, 'text/html; charset=utf-8'), plain)
      .use(files('/docs', '../openapi.json'))
      // Where the files lie from `/docs/`, which is taken for `/docs`.
      .use(files('/docs/docs', '../../openapi.json'))
  )
}
