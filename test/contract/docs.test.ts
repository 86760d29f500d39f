import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { manual, pages } from '../support/readme'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const get = async (path: string) => {
  const response = await fetch(`${installation.url}${path}`)
  return { status: response.status, url: response.url, text: await response.text() }
}

/** Every `href`, `src` and `action` of a page, as addresses. */
const linksOf = (html: string, path: string) =>
  [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, link]) => new URL(link!, installation.url + path))

const idsOf = (html: string) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!)

/** The pages that links lead to from a page on, by their paths. */
async function crawled(start: string) {
  const found = new Map<string, string>()
  const links: { from: string; to: URL }[] = []
  const waiting = [start]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue
    const { status, text } = await get(path)
    expect({ path, status }).toEqual({ path, status: 200 })
    found.set(path, text)
    if (!text.startsWith('<!doctype html>')) continue
    for (const to of linksOf(text, path)) {
      links.push({ from: path, to })
      if (to.origin === installation.url) waiting.push(to.pathname)
    }
  }
  return { found, links }
}

describe('the documentation under /docs', () => {
  test('reaches every page from the map, and every link of a page leads somewhere', async () => {
    const { found, links } = await crawled('/docs')
    for (const name of Object.keys(pages)) expect([...found.keys()]).toContain(`/docs/${name}`)
    const broken = links
      .filter(({ to }) => to.origin === installation.url && to.hash.length > 1)
      .filter(({ to }) => !idsOf(found.get(to.pathname)!).includes(decodeURIComponent(to.hash.slice(1))))
    expect(broken.map(({ from, to }) => `${from} → ${to.pathname}${to.hash}`)).toEqual([])
  })

  test('names its pages by their titles, each heading once', async () => {
    const { text } = await get('/docs')
    for (const [name, page] of Object.entries(pages)) {
      const title = /^# (.+)$/m.exec(page)![1]!
      expect(text).toContain(`<dt><a href="docs/${name}">${title}</a></dt>`)
      const { text: html } = await get(`/docs/${name}`)
      expect(html).toContain(`<title>${title} – Latchkey</title>`)
      expect(html).toContain(`<h1 id=`)
      expect(new Set(idsOf(html)).size).toBe(idsOf(html).length)
    }
  })

  test('loads nothing from elsewhere, and runs no script in its pages', async () => {
    const { text } = await get('/docs/operate')
    expect(text).not.toMatch(/<(?:script|img|iframe)|style="/)
    const loaded = linksOf(text, '/docs/operate').filter(({ pathname }) => /\.(?:css|js)$/.test(pathname))
    expect(loaded.map(({ origin }) => origin)).toEqual([installation.url])
  })

  test('shows what a page says, without the marks of generated tables', async () => {
    const { text } = await get('/docs/settings')
    expect(text).toContain('<code>--trusted-proxies</code>')
    expect(text).not.toContain('generated')
    expect((await get('/docs/migrate')).text).toContain('&quot;api_keys&quot;')
  })

  test.each(['/docs/', '/docs/operate/', '/docs/docs/', '//docs//operate'])(
    'works at %s as well: its links lead to the same pages',
    async (path) => {
      const { status, url, text } = await get(path)
      expect(status).toBe(200)
      const inside = linksOf(text, new URL(url).pathname).filter(({ origin }) => origin === installation.url)
      for (const link of new Set(inside.map(({ pathname }) => pathname))) {
        expect({ link, status: (await get(`${link}?q=backup`)).status }).toEqual({ link, status: 200 })
      }
    },
  )

  test('leads links that went into the viewer at /docs to the viewer', async () => {
    const { text: script } = await get('/docs/viewer-links.js')
    const follow = (hash: string) => {
      const gone: string[] = []
      const location = { hash, replace: (url: URL) => gone.push(String(url)) }
      new Function('location', 'document', script)(location, {
        currentScript: { src: 'https://example.com/x/docs/viewer-links.js' },
      })
      return gone
    }
    expect(follow('#/Activations/postApiV1Verify')).toEqual([
      'https://example.com/x/docs/api#/Activations/postApiV1Verify',
    ])
    expect(follow('#map')).toEqual([])
  })

  test('says that a page is not there, and which one may be meant', async () => {
    const { status, text } = await get('/docs/operat')
    expect(status).toBe(404)
    expect(text).toContain('Did you mean <a href="operate">operate</a>?')
    expect((await get('/docs/%3Cscript%3E')).text).not.toContain('<script>')
  })
})

describe('search', () => {
  const search = (query: string) => get(`/docs/search?q=${encodeURIComponent(query)}`)

  test('finds the sections that have every word, in whatever case, and links to them', async () => {
    const { status, text } = await search('Trusted_Proxies BASE_URL allow-lists')
    expect(status).toBe(200)
    expect(text).toContain('<a href="operate#behind-a-reverse-proxy">')
    expect(text).toContain('<mark>')
    expect(text).not.toContain('href="sell#')
  })

  test('names a section first whose heading has the word', async () => {
    const [, first] = /<dt><a href="([^"]+)"/.exec((await search('orders')).text)!
    expect(first).toBe('sell#orders')
  })

  test('finds a word of each page', async () => {
    for (const [name, page] of Object.entries(pages)) {
      const title = /^# (.+)$/m.exec(page)![1]!
      expect((await search(title)).text).toContain(`<a href="${name}#`)
    }
  })

  test.each(['', '   ', 'no-such-word-anywhere', '<b>', '(', 'a'.repeat(5_000), '%'])('takes %p', async (query) => {
    const { status, text } = await search(query)
    expect(status).toBe(200)
    expect(text).not.toContain('<b>')
    expect(text.length).toBeLessThan(50_000)
  })
})

describe('latchkey help', () => {
  test('lists the commands and every page', async () => {
    const { exitCode, out } = await installation.cli('help')
    expect(exitCode).toBe(0)
    expect(out).toStartWith('Usage: latchkey ')
    for (const name of ['start', ...Object.keys(pages)]) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'))
  })

  test.each(['serve', 'user create', 'license'])('%s prints what --help prints', async (command) => {
    const { exitCode, out } = await installation.cli('help', ...command.split(' '))
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: (await installation.cli(...command.split(' '), '--help')).out,
    })
  })

  test('prints a page for a terminal: no marks, no line of text beyond 96 columns', async () => {
    const { exitCode, out } = await installation.cli('help', 'operate')
    expect(exitCode).toBe(0)
    expect(out).toStartWith('RUN IT\n======\n')
    expect(out).not.toMatch(/<!--|\*\*|^#/m)
    expect(out.split('\n').filter((line) => !line.startsWith('    ') && line.length > 96)).toEqual([])
    expect(out).toContain('\n    latchkey serve --trusted-proxies 127.0.0.1\n')
  })

  test('prints every page, with all the words of its code blocks', async () => {
    for (const [name, page] of Object.entries(pages)) {
      const { exitCode, out } = await installation.cli('help', `docs/${name}`)
      expect({ name, exitCode }).toEqual({ name, exitCode: 0 })
      for (const [, code] of page.matchAll(/^```\w*\n(.*?)^```$/gms)) {
        expect(out).toContain(code!.replace(/^/gm, '    ').trimEnd())
      }
    }
  })

  test('prints one part of a page', async () => {
    const { out } = await installation.cli('help', 'operate#https')
    expect(out).toStartWith('HTTPS\n-----\n')
    expect(out).not.toContain('proxy_pass')
  })

  test('prints the help of a command whose name is a page’s too, and names the page', async () => {
    const { out } = await installation.cli('help', 'backup')
    expect(out).toStartWith('Usage: latchkey backup ')
    expect(out).toEndWith('The page of that name: latchkey help docs/backup\n')
    expect((await installation.cli('help', 'docs/backup')).out).toStartWith('BACKUP AND RESTORE\n')
  })

  test.each([
    ['operat', 'did you mean "latchkey help operate"?'],
    ['docs/setings', 'did you mean "latchkey help settings"?'],
    ['srve', 'did you mean "latchkey help serve"?'],
    ['xyzzyxyzzy', '"latchkey help" lists them'],
    ['operate#htps', 'did you mean "operate#https"?'],
    ['operate#xyzzyxyzzy', '"latchkey help operate" prints all of it'],
  ])('%s names what is nearest, or how to see all', async (topic, hint) => {
    const { exitCode, out, err } = await installation.cli('help', topic)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain(hint)
  })
})

test('the map in README.md has every page', () => {
  for (const name of Object.keys(pages)) expect(manual).toContain(`(src/docs/${name}.md)`)
})
