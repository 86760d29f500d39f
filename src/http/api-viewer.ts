/** The page of the API viewer. Its links are relative, since a proxy may serve it under another path. */
export const viewerPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API – Latchkey</title>
<link rel="stylesheet" href="viewer.css">
<link rel="stylesheet" href="viewer-extra.css">
<nav><a href="../docs">Documentation</a> <a href="endpoints">Endpoints</a> <a href="../openapi.json">openapi.json</a></nav>
<div id="viewer"></div>
<noscript>The viewer needs JavaScript. <a href="endpoints">Endpoints</a> has the same without it.</noscript>
<script src="viewer.js"></script>
<script src="start.js"></script>
</html>
`

/** The description is beside `/docs`, whatever comes before or after that in the path. */
export const startViewer = `const url = new URL(location.pathname.replace(/\\/docs\\/api\\/*$/, '/openapi.json'), location).href
const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()
SwaggerUIBundle({ url, dom_id: '#viewer', deepLinking: true, filter: true })
`

/** Redirects old links to the viewer, which began with `/docs#/`. */
export const followViewerLinks = `if (location.hash.startsWith('#/')) location.replace(new URL('api' + location.hash, document.currentScript.src))
`

/** Additions to the viewer's own style. */
export const viewerStyle = `nav { padding: 12px 20px; font-family: sans-serif }
nav a { margin-right: 16px; color: light-dark(#0b57c9, #8ab4f8) }
:root { color-scheme: light dark }
`
