import { describe, expect, test } from 'bun:test'
import { sectionsOf } from '../src/docs/sections'
import { pages } from './support/readme'
import { type Source, sources } from './support/sources'

/** The floors of the installation, lowest first: imports go down them, or stay on one. */
const floors: Record<string, number> = {
  db: 0,
  'src/kernel': 0,
  'src/config.ts': 0,
  'src/deps.ts': 0,
  'src/clients': 1,
  'src/database': 1,
  'src/audit': 2,
  'src/call-log': 2,
  'src/docs': 1,
  'src/intake': 1,
  'src/metrics': 1,
  'src/storage': 1,
  'src/signing': 2,
  'src/access': 2,
  'src/jobs': 2,
  'src/users': 2,
  'src/settings': 2,
  'src/exactly-once': 3,
  'src/webhooks': 3,
  'src/features': 4,
  'src/upkeep': 4,
  'src/installation.ts': 5,
  'src/operations': 5,
  'src/transfer': 5,
  'src/http': 5,
  'src/worker': 5,
  'src/bench': 5,
  'src/console': 6,
  'src/cli': 6,
  'src/main.ts': 7,
  'src/build.ts': 8,
  'src/build-console.ts': 7,
  'src/generate-docs.ts': 7,
  'src/checkpoint-worker.ts': 7,
  'src/rsa-worker.ts': 7,
}

/** The room a file lies in: `src/kernel`, `src/features`; a file at the top of `src` is a room of its own. */
const roomOf = (path: string) => (path.startsWith('db/') ? 'db' : path.split('/').slice(0, 2).join('/'))
const featureOf = (path: string) => /^src\/features\/([^/]+)\//.exec(path)?.[1]
const isOurs = (path: string) => /^(src|db)\//.test(path)
const nameOf = (path: string) => path.split('/').at(-1)!
const isStore = (path: string) => /^(.+-)?store\.ts$/.test(nameOf(path))

interface Arrow {
  from: string
  to: string
  isType: boolean
  isLazy: boolean
}

const arrows: Arrow[] = sources.flatMap(({ path, imports }) => imports.map((each) => ({ from: path, ...each })))
const inner = arrows.filter(({ to }) => isOurs(to))
const atRunTime = inner.filter(({ isType }) => !isType)
const shown = (some: Arrow[]) => some.map(({ from, to }) => `${from} imports ${to}`)

/** What to do about a broken law, and the page that explains it. */
const remedy = (what: string, section: string) => {
  if (!sections.includes(section)) throw new Error(`docs/architecture has no section "${section}"`)
  return `${what} See src/docs/architecture.md#${section} (latchkey help architecture#${section}).`
}
const sections = sectionsOf(pages.architecture!).map(({ anchor }) => anchor)

/** Arrows to packages whose name begins so. */
const ofPackage = (name: string) => arrows.filter(({ to }) => to === name || to.startsWith(`${name}/`))

describe('the rooms', () => {
  test('have each a floor', () => {
    const rooms = new Set(sources.map(({ path }) => roomOf(path)))
    expect(
      [...rooms].sort(),
      remedy('Give a new room its floor in this file and its row on the page; take both away with a room.', 'rooms'),
    ).toEqual(Object.keys(floors).sort())
  })

  test('import from their own floor or lower ones; only types are seen from below', () => {
    const climbing = atRunTime.filter(({ from, to }) => floors[roomOf(to)]! > floors[roomOf(from)]!)
    expect(
      shown(climbing),
      remedy('Move what both need to a lower floor, hand it in through Deps, or import its type alone.', 'rooms'),
    ).toEqual([])
  })

  test('stand in no circle', () => {
    expect(
      circles(atRunTime.map(({ from, to }) => [roomOf(from), roomOf(to)])),
      remedy('Move what both rooms need into one of them, or to a lower floor.', 'rooms'),
    ).toEqual([])
  })

  test('see the schema, and the schema sees nothing of ours', () => {
    expect(
      shown(inner.filter(({ from, to }) => from.startsWith('db/') && !to.startsWith('db/'))),
      remedy('Keep the shape of the data in db/ and everything that uses it in src/.', 'rooms'),
    ).toEqual([])
  })
})

describe('a store', () => {
  /** Where a store is at home: its room, or its feature. */
  const homeOf = (path: string) => featureOf(path) ?? roomOf(path)

  const isIts = (path: string) => isStore(path) || path.startsWith('src/database/')
  const statementStart =
    /^\s*(select\s|insert into |update \S+ set |delete from |with recursive |pragma |create table |vacuum|analyze$)/i
  /** Words of SQLite alone, which another database has its own way for. */
  const dialect = /\b(json_each|json_array|pragma|sqlite_\w+|instr)\b/i
  const textsOf = (some: Source[], pattern: RegExp) =>
    some.flatMap(({ path, texts }) => texts.filter((text) => pattern.test(text)).map((text) => `${path}: ${text}`))

  test('holds all SQL text that is not in database/', () => {
    const others = sources.filter(({ path }) => path.startsWith('src/') && !isIts(path))
    expect(textsOf(others, statementStart), remedy('Move the statement to a store.ts, and call that.', 'sql')).toEqual(
      [],
    )
    const stores = sources.filter(({ path }) => isStore(path))
    expect(textsOf(stores, statementStart).length).toBeGreaterThan(10)
  })

  test('leaves the connection, and what is SQLite’s own, to database/', () => {
    const outside = sources.filter(({ path }) => !path.startsWith('src/database/'))
    const connections = atRunTime.filter(({ to }) => to === 'src/database/connection.ts')
    const helpers = atRunTime.filter(({ to }) => /^src\/database\/(statements|sets)\.ts$/.test(to))
    expect(
      [
        ...outside.filter(({ reaches }) => reaches.includes('$client')).map(({ path }) => `${path} uses $client`),
        ...shown(connections.filter(({ from }) => !from.startsWith('src/database/'))),
        ...shown(helpers.filter(({ from }) => !isIts(from))),
        ...textsOf(
          outside.filter(({ path }) => isStore(path)),
          dialect,
        ),
      ],
      remedy('Use a helper of database/ (sets.ts, statements.ts, bulk.ts), or add one there.', 'sql'),
    ).toEqual([])
  })

  test('is closed to every other room and feature', () => {
    const foreign = inner.filter(({ from, to }) => isStore(to) && homeOf(to) !== homeOf(from))
    expect(
      shown(foreign),
      remedy('Call the service of that room; let it export the query where it has nothing to add.', 'stores'),
    ).toEqual([])
  })
})

describe('the features', () => {
  const between = atRunTime.filter(({ from, to }) => featureOf(to) && featureOf(from) !== featureOf(to))
  const amongFeatures = between.filter(({ from }) => featureOf(from))

  test('meet at service, policy or model, never at another’s routes', () => {
    const closed = amongFeatures.filter(({ to }) => nameOf(to) === 'routes.ts')
    expect(
      shown(closed),
      remedy('Call a function of the other feature’s service, policy or model, or add one there.', 'features'),
    ).toEqual([])
  })

  test('stand in no circle', () => {
    expect(
      circles(amongFeatures.map(({ from, to }) => [featureOf(from)!, featureOf(to)!])),
      remedy('Let the feature that needs the other call it, and hand in what the other needs.', 'features'),
    ).toEqual([])
  })

  test('know nothing of HTTP but their routes', () => {
    const routing = between.filter(({ to }) => nameOf(to) === 'routes.ts')
    expect(
      [...new Set(routing.map(({ from }) => from))],
      remedy('Import routes.ts in src/http/app.ts alone; others call the service.', 'features'),
    ).toEqual(['src/http/app.ts'])
  })
})

describe('transfer', () => {
  const rooms: Record<string, number> = { formats: 0, tables: 1, import: 2, export: 2 }
  const transferRoomOf = (path: string) => /^src\/transfer\/([^/]+)\//.exec(path)?.[1]

  test('has four rooms', () => {
    const found = sources.filter(({ path }) => path.startsWith('src/transfer/')).map(({ path }) => transferRoomOf(path))
    expect([...new Set(found)].sort()).toEqual(Object.keys(rooms).sort())
  })

  test('imports downwards', () => {
    const wrong = atRunTime.filter(({ from, to }) => {
      const [lower, upper] = [transferRoomOf(to), transferRoomOf(from)]
      return lower !== undefined && upper !== undefined && lower !== upper && rooms[lower]! >= rooms[upper]!
    })
    expect(shown(wrong)).toEqual([])
  })
})

describe('tests', () => {
  const own = ['contract', 'binary', 'torture', 'bench', 'image', 'fixtures', 'support', 'upgrades']

  test('lie in a folder that has the name of their room, or say what they run against', () => {
    const folders = [...new Bun.Glob('test/*/**').scanSync()].map((path) => path.split('/')[1]!)
    const rooms = new Set(Object.keys(floors).map((room) => room.replace('src/', '')))
    expect([...new Set(folders)].filter((name) => !rooms.has(name) && !own.includes(name) && name !== 'docs')).toEqual(
      [],
    )
    expect([...new Bun.Glob('test/*.test.ts').scanSync()]).toEqual(['test/architecture.test.ts'])
  })
})

describe('the architecture page', () => {
  const page = pages.architecture!
  const rowsOf = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, name, value]) => [name!, value!] as const)

  test('has every room on its floor', () => {
    const told = rowsOf(/^\| \d \| `([\w.-]+)\/?` \|/gm).map(([name]) => `src/${name}`)
    const onFloors = rowsOf(/^\| (\d) \| `([\w.-]+)\/?` \|/gm).map(([floor, name]) => [`src/${name}`, Number(floor)])
    expect(told.sort(), remedy('Add or remove the row of the room.', 'rooms')).toEqual(
      Object.keys(floors)
        .filter((room) => room !== 'db')
        .sort(),
    )
    expect(
      Object.fromEntries([['db', 0], ...onFloors]),
      remedy('Write the floor that this file gives the room.', 'rooms'),
    ).toEqual(floors)
  })

  test('has every feature and what it builds on', () => {
    const features = new Set(sources.flatMap(({ path }) => featureOf(path) ?? []))
    const buildsOn = (feature: string) =>
      new Set(
        atRunTime
          .filter(({ from }) => featureOf(from) === feature)
          .flatMap(({ to }) => featureOf(to) ?? [])
          .filter((other) => other !== feature),
      )
    const arrowsOf = (feature: string) => [...buildsOn(feature)].sort().join(', ')
    expect(
      Object.fromEntries(rowsOf(/^\| `([a-z-]+)` \| ([a-z, -]*?) ?\|$/gm)),
      remedy('Write what each feature imports into its row.', 'features'),
    ).toEqual(Object.fromEntries([...features].map((feature) => [feature, arrowsOf(feature)])))
  })
})

describe('a package has its place', () => {
  test.each<[string, (path: string) => boolean]>([
    ['drizzle-orm', (path) => /^(db|src\/database)\//.test(path) || isStore(path)],
    ['bun:sqlite', (path) => path.startsWith('src/database/')],
    ['elysia', (path) => path.startsWith('src/http/') || ['routes.ts', 'gate.ts'].includes(nameOf(path))],
    ['@elysiajs', (path) => path.startsWith('src/http/')],
    ['react', (path) => path.startsWith('src/console/')],
    ['marked', (path) => path.startsWith('src/docs/') || path === 'src/cli/page-text.ts'],
    ['commander', (path) => path.startsWith('src/cli/') || path === 'src/generate-docs.ts'],
  ])('%s', (name, isAllowed) => {
    const found = ofPackage(name)
    expect(
      shown(found.filter(({ from }) => !isAllowed(from))),
      remedy(`Use ${name} where it belongs, and call that file from here.`, 'packages'),
    ).toEqual([])
    if (name !== '@elysiajs') expect(found.length).toBeGreaterThan(0)
  })

  test('the schema uses drizzle-orm alone', () => {
    const foreign = arrows.filter(({ from, to }) => from.startsWith('db/') && !isOurs(to) && !/^drizzle-orm/.test(to))
    expect(shown(foreign), remedy('Keep everything but drizzle-orm out of db/.', 'packages')).toEqual([])
  })
})

describe('what is handed in is not reached for', () => {
  const reaching = (...what: string[]) =>
    sources.filter(({ reaches }) => reaches.some((reached) => what.includes(reached))).map(({ path }) => path)

  test('the environment is read in main alone', () => {
    expect(
      reaching('process.env', 'Bun.env'),
      remedy('Declare a setting in src/config.ts, or take the environment from `io.env`.', 'what-is-handed-in'),
    ).toEqual(['src/main.ts'])
  })

  test('the time is read from the clock alone', () => {
    expect(
      reaching('Date.now', 'new Date()').filter((path) => !path.startsWith('src/console/')),
      remedy('Take the time as `now`, or the clock from Deps.', 'what-is-handed-in'),
    ).toEqual(['src/kernel/clock.ts'])
  })

  test('deps.ts holds types alone', () => {
    expect(
      shown(atRunTime.filter(({ from }) => from === 'src/deps.ts')),
      remedy('Write `import type` in deps.ts.', 'what-is-handed-in'),
    ).toEqual([])
  })
})

test('the start loads nothing that only readers of the documentation need', () => {
  const loaded = new Set(['src/main.ts'])
  for (const path of loaded) {
    for (const { from, to, isType, isLazy } of arrows) if (from === path && !isType && !isLazy) loaded.add(to)
  }
  expect(loaded.has('src/http/docs.ts')).toBeTrue()
  expect(
    [...loaded].filter((path) => path === 'marked' || path === 'src/docs/site.ts'),
    remedy('Import what renders pages with `await import(…)`, where somebody asks for a page.', 'what-is-handed-in'),
  ).toEqual([])
})

describe('proportions', () => {
  const code = sources.filter(({ path }) => !path.startsWith('db/'))
  const quantile = (share: number) => sorted(code)[Math.floor(code.length * share)]!.lines

  test('no file has more than 250 lines', () => {
    expect(
      code.filter(({ lines }) => lines > 250).map(({ path, lines }) => `${path}: ${lines}`),
      remedy('Split the file by subject.', 'proportions'),
    ).toEqual([])
  })

  test('most are short', () => {
    expect(
      quantile(0.5),
      remedy('Half of all files have at most 60 lines: split one.', 'proportions'),
    ).toBeLessThanOrEqual(60)
    expect(
      quantile(0.9),
      remedy('Nine in ten files have at most 150 lines: split one.', 'proportions'),
    ).toBeLessThanOrEqual(150)
  })

  test('none only passes on what others hold', () => {
    expect(
      code.map(({ path }) => nameOf(path)).filter((name) => /^(index|utils?|helpers?|types)\.ts$/.test(name)),
      remedy('Name the file after its subject.', 'proportions'),
    ).toEqual([])
  })
})

describe('words', () => {
  // The console is a program of its own.
  test.each([
    ['the server', (path: string) => path.startsWith('src/') && !path.startsWith('src/console/'), 1000],
    ['the console', (path: string) => path.startsWith('src/console/'), 50],
  ] as const)('an exported name of %s is exported once', (_, isPart, namesMin) => {
    const byName = Map.groupBy(
      sources
        .filter(({ path }) => isPart(path))
        .flatMap(({ path, exports }) => [...new Set(exports)].map((name) => ({ name, path }))),
      ({ name }) => name,
    )
    const repeated = [...byName].filter(([, places]) => places.length > 1)
    expect(
      repeated.map(([name, places]) => `${name}: ${places.map(({ path }) => path).join(', ')}`),
      remedy('Give one of them a name of its own, or keep it to its file.', 'words'),
    ).toEqual([])
    expect(byName.size).toBeGreaterThan(namesMin)
  })

  test('a service names fields, settings and operations, which each door shows in its own words', () => {
    const below = sources.filter(({ path }) => {
      const floor = floors[roomOf(path)]
      return path.startsWith('src/') && floor !== undefined && floor < 5
    })
    const speaksOfFlags = (text: string) => /(?:^|[\s"(])--[a-z]/.test(text) && /\s/.test(text.trim())
    const found = below.flatMap(({ path, texts }) =>
      texts.filter((text) => /"latchkey [a-z]/.test(text) || speaksOfFlags(text)).map((text) => `${path}: ${text}`),
    )
    expect(found).toEqual([])
  })

  test('a comment says what it means without the one before it', () => {
    const found = sources.flatMap(({ path, comments }) =>
      comments.filter((comment) => /^The same\b/.test(comment)).map((comment) => `${path}: ${comment}`),
    )
    expect(found, remedy('Begin the comment with what it is about.', 'words')).toEqual([])
  })
})

const sorted = (some: Source[]) => [...some].sort((a, b) => a.lines - b.lines)

/** The circles that these arrows make, each told once by its members. */
function circles(pairs: [string, string][]): string[] {
  const onward = Map.groupBy(
    pairs.filter(([from, to]) => from !== to),
    ([from]) => from,
  )
  const found = new Set<string>()
  const walk = (at: string, way: string[]) => {
    const start = way.indexOf(at)
    if (start !== -1) {
      found.add([...way.slice(start)].sort().join(' ↔ '))
      return
    }
    for (const next of new Set(onward.get(at)?.map(([, to]) => to))) walk(next, [...way, at])
  }
  for (const start of onward.keys()) walk(start, [])
  return [...found]
}
