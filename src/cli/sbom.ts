import type { Command } from 'commander'
import lock from '../../package-lock.json'
import type { Io } from './io'

/** A package as `package-lock.json` has it. */
interface Locked {
  name?: string
  version?: string
  license?: string
  integrity?: string
  dev?: boolean
  optional?: boolean
  devOptional?: boolean
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** `latchkey sbom` */
export const sbomCommand = (program: Command, io: Io) =>
  program
    .command('sbom')
    .description('print what this program is made of, as CycloneDX JSON')
    .action(() => io.out(`${JSON.stringify(billOf(lock.packages), null, 2)}\n`))

const folderOf = 'node_modules/'

/** The bill of materials: every package the server is built from, and Bun, which runs it. Equal builds print equal bytes. */
function billOf(packages: Record<string, Locked>) {
  const { '': root, ...others } = packages
  const shipped = Object.entries(others).filter(
    ([, { dev, optional, devOptional }]) => !(dev || optional || devOptional),
  )
  const referenceAt = new Map(shipped.map(([path, locked]) => [path, referenceOf(nameAt(path), locked)]))
  const own = `pkg:generic/latchkey@${root!.version}`
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
    metadata: { component: { type: 'application', 'bom-ref': own, name: 'latchkey', version: root!.version } },
    components: shipped.map(([path, locked]) => componentOf(nameAt(path), locked)),
    dependencies: [
      { ref: own, dependsOn: dependsOn('', root!) },
      ...shipped.map(([path, locked]) => ({ ref: referenceAt.get(path), dependsOn: dependsOn(path, locked) })),
    ],
  }
}

function componentOf(name: string, locked: Locked) {
  const [, scope, bare] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name)!
  const { version, license, integrity } = locked
  const reference = referenceOf(name, locked)
  return {
    type: name === 'bun' ? 'platform' : 'library',
    'bom-ref': reference,
    ...(scope && { group: scope }),
    name: bare,
    version,
    ...(integrity && { hashes: [hashOf(integrity)] }),
    ...(license && { licenses: [/^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }] }),
    purl: reference,
  }
}

const nameAt = (path: string) => path.slice(path.lastIndexOf(folderOf) + folderOf.length)

const referenceOf = (name: string, { version }: Locked) => `pkg:npm/${name.replace('@', '%40')}@${version}`

/** Where Node looks for a package that another one asks for, nearest first. */
function placesOf(name: string, path: string): string[] {
  const place = `${path && `${path}/`}${folderOf}${name}`
  return path ? [place, ...placesOf(name, path.slice(0, Math.max(0, path.lastIndexOf(`/${folderOf}`))))] : [place]
}

/** `sha512-…` in base64, as CycloneDX writes it. */
function hashOf(integrity: string) {
  const [algorithm = '', digest = ''] = integrity.split('-')
  return { alg: algorithm.toUpperCase().replace('SHA', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') }
}
