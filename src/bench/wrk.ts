import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Load, LoadOptions, Measured } from './load'
import { pinned } from './process'

const poolSize = 150_000

/** Sends a load with `wrk`: one thread on one core. */
export async function wrk(core: number | undefined, url: string, load: Load, effort: LoadOptions): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-wrk-'))
  const script = join(folder, 'load.lua')
  writeFileSync(script, scriptOf(load))
  const { connections, seconds } = effort
  const args = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, url]
  const child = Bun.spawn(pinned(core, args), { stdout: 'pipe', stderr: 'inherit' })
  const text = await new Response(child.stdout).text()
  rmSync(folder, { recursive: true })
  const found = /^RESULT (.*)$/m.exec(text)?.[1]
  if (!found) throw new Error(`wrk gave no result: ${text}`)
  const [requests, us, failures, p50, p99, max] = found.split(' ').map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return { perSecond: (requests * 1e6) / us, requests, failures, p50: p50 / 1000, p99: p99 / 1000, max: max / 1000 }
}

/** Requests are built before the load begins, unless each must be new, so that the core only sends them. */
function scriptOf({ method, path, headers, body, keys }: Load) {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\\r\\n`)
  const isUnique = `${path}${body}`.includes('{unique}')
  return `
math.randomseed(${Math.floor(Math.random() * 2 ** 31)})
local run, count = ${Math.floor(Math.random() * 2 ** 31)}, 0
local function key(i)
  local x = (i * 2654435761) % 4294967296
  return string.format("%04X-%04X-BENC-HKEY", math.floor(x / 65536), x % 65536)
end
local function device(i) return string.format("device-%07d", i) end
local function owner(i) return string.format("owner-%07d@example.com", i) end
local function unique() count = count + 1; return "unique-" .. run .. "-" .. count end
local function make()
  local i = math.random(0, ${keys - 1})
  local body = ${luaText(body)}
  return "${method} " .. ${luaText(path)} .. " HTTP/1.1\\r\\nHost: localhost\\r\\n${head.join('').replaceAll('"', '\\"')}"
    .. ${method === 'POST' ? '"Content-Length: " .. #body .. "\\r\\n\\r\\n" .. body' : '"\\r\\n"'}
end
local pool, last = {}, 0
${
  isUnique
    ? 'request = make'
    : `
for n = 1, ${Math.min(poolSize, Math.max(keys, 1))} do pool[n] = make() end
request = function()
  last = last % #pool + 1
  return pool[last]
end`
}
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration,
    e.status + e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
`
}

/** A template as a Lua expression. */
const luaText = (template: string) =>
  template
    .split(/(\{(?:key|device|owner|unique)\})/)
    .filter(Boolean)
    .map((piece) =>
      piece === '{unique}'
        ? 'unique()'
        : /^\{(key|device|owner)\}$/.test(piece)
          ? `${piece.slice(1, -1)}(i)`
          : JSON.stringify(piece),
    )
    .join(' .. ') || '""'
