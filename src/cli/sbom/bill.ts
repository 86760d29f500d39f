import type { LinkedLibrary, Materials } from './materials'

/** A package in `package-lock.json`. */
interface Locked {
  name?: string
  version?: string
  license?: string
  integrity?: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

const folderOf = 'node_modules/'

/**
 * The bill of materials in CycloneDX: the packages with code or files in the executable, and Bun with the libraries
 * linked into it. Equal builds print equal bytes.
 */
export function billOf(lock: Record<string, Locked>, { packages, runtime }: Materials) {
  const root = lock['']!
  const shipped = packages.map((path) => [path, lockedAt(lock, path)] as const)
  const referenceAt = new Map(shipped.map(([path, locked]) => [path, referenceOf(nameAt(path), locked)]))
  const own = `pkg:generic/latchkey@${root.version}`
  const bun = `pkg:github/oven-sh/bun@bun-v${runtime.version}`
  const dependsOn = (path: string, { dependencies, peerDependencies }: Locked) =>
    Object.keys({ ...dependencies, ...peerDependencies })
      .flatMap((name) => placesOf(name, path).find((place) => referenceAt.has(place)) ?? [])
      .map((place) => referenceAt.get(place)!)
      .sort()
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': own, name: 'latchkey', version: root.version } },
    components: [
      runtimeComponent(bun, runtime),
      ...shipped.map(([path, locked]) => packageComponent(nameAt(path), locked)),
    ],
    dependencies: [
      { ref: own, dependsOn: [bun, ...dependsOn('', root)] },
      { ref: bun, dependsOn: [] },
      ...shipped.map(([path, locked]) => ({ ref: referenceAt.get(path), dependsOn: dependsOn(path, locked) })),
    ],
  }
}

const runtimeComponent = (reference: string, { version, sha256, libraries }: Materials['runtime']) => ({
  type: 'platform',
  'bom-ref': reference,
  name: 'bun',
  version,
  description: 'The Bun executable that the program is embedded in; the hash is of that file.',
  hashes: [{ alg: 'SHA-256', content: sha256 }],
  licenses: [{ license: { id: 'MIT' } }],
  purl: reference,
  components: libraries.map(linkedComponent),
})

const linkedComponent = ({ name, license }: LinkedLibrary) => ({
  type: 'library',
  name,
  licenses: [{ license: { name: license } }],
})

function packageComponent(name: string, locked: Locked) {
  const [, scope, bare] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name)!
  const { version, license, integrity } = locked
  const reference = referenceOf(name, locked)
  return {
    type: 'library',
    'bom-ref': reference,
    ...(scope && { group: scope }),
    name: bare,
    version,
    ...(integrity && { hashes: [hashOf(integrity)] }),
    ...(license && { licenses: [/^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }] }),
    purl: reference,
  }
}

function lockedAt(lock: Record<string, Locked>, path: string): Locked {
  const locked = lock[path]
  if (!locked) throw new Error(`${path} is in the bundle and not in package-lock.json: run "npm ci"`)
  return locked
}

const nameAt = (path: string) => path.slice(path.lastIndexOf(folderOf) + folderOf.length)

const referenceOf = (name: string, { version }: Locked) => `pkg:npm/${name.replace('@', '%40')}@${version}`

/** The places where Node looks for another package's dependency, nearest first. */
function placesOf(name: string, path: string): string[] {
  const place = `${path && `${path}/`}${folderOf}${name}`
  return path ? [place, ...placesOf(name, path.slice(0, Math.max(0, path.lastIndexOf(`/${folderOf}`))))] : [place]
}

/** Converts `sha512-…` in base64 to the form of CycloneDX. */
function hashOf(integrity: string) {
  const [algorithm = '', digest = ''] = integrity.split('-')
  return { alg: algorithm.toUpperCase().replace('SHA', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') }
}
