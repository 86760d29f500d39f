import { type AnyElysia, Elysia } from 'elysia'
import style from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }
import type { Deps } from '../deps'
import pageStyle from '../docs/style.css' with { type: 'file' }
import { followViewerLinks, startViewer, viewerPage, viewerStyle } from './api-viewer'
import { pageHeaders } from './page-headers'

/** Link targets of pages under `/docs` that are outside it. */
const besideDocs = ['docs', 'openapi.json']

const hidden = { detail: { hide: true } }
const html = 'text/html; charset=utf-8'
const css = 'text/css'
const javascript = 'text/javascript'

/** `/docs`: the documentation with search and an API viewer; `/openapi.json`. All served from this machine. */
export const docs = ({ config }: Deps, appOf: () => AnyElysia) => {
  const headers = pageHeaders(config)
  const file = (content: string | Blob, type: string, status = 200) =>
    new Response(content, { status, headers: { ...headers, 'content-type': type } })
  let described: string | undefined
  const description = async () => {
    if (described === undefined) {
      const { describeApi } = await import('./openapi')
      described = JSON.stringify(describeApi(appOf()))
    }
    return described
  }
  const moved = (name: string, rest = '', up = '') =>
    new Response(null, { status: 308, headers: { ...headers, location: `${up}../${encodeURIComponent(name)}${rest}` } })
  // The page generator is loaded with the first page read.
  const site = () => import('../docs/site')
  return (
    new Elysia()
      .get('/openapi.json', async () => file(await description(), 'application/json'), hidden)
      .get('/docs', async () => file((await site()).mapPage(), html), hidden)
      .get(
        '/docs/search',
        async ({ query }) => {
          const { resultsPage } = await import('../docs/results')
          return file(await resultsPage(String(query.q ?? '')), html)
        },
        hidden,
      )
      .get('/docs/style.css', () => file(Bun.file(pageStyle), css), hidden)
      .get('/docs/api', () => file(viewerPage, html), hidden)
      .get('/docs/start.js', () => file(startViewer, javascript), hidden)
      .get('/docs/viewer.js', () => file(Bun.file(script), javascript), hidden)
      .get('/docs/viewer.css', () => file(Bun.file(style), css), hidden)
      .get('/docs/viewer-extra.css', () => file(viewerStyle, css), hidden)
      .get('/docs/viewer-links.js', () => file(followViewerLinks, javascript), hidden)
      .get(
        '/docs/images/:name',
        async ({ params }) => {
          const { pictures } = await import('../docs/pictures')
          const picture = pictures.get(params.name)
          return picture === undefined
            ? file((await site()).missingPage(params.name), html, 404)
            : file(Bun.file(picture), 'image/webp')
        },
        hidden,
      )
      .get(
        '/docs/:page',
        async ({ params }) => {
          if (besideDocs.includes(params.page)) return moved(params.page)
          const { documentPage, missingPage } = await site()
          const page = await documentPage(params.page)
          return page === undefined ? file(missingPage(params.page), html, 404) : file(page, html)
        },
        hidden,
      )
      // Relative links on `/docs/` and `/docs/operate/`, which serve `/docs` and `/docs/operate`, lead here.
      .get(
        '/docs/:page/:neighbour',
        ({ params, request }) => moved(params.neighbour, /\?.*$/.exec(request.url)?.[0]),
        hidden,
      )
      .get(
        '/docs/:page/images/:name',
        ({ params }) => moved('images', `/${encodeURIComponent(params.name)}`, '../'),
        hidden,
      )
  )
}
