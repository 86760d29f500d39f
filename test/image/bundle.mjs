/** Prints the OCI configuration of a container: the image's own settings, its root read-only, its one volume bound. */
import { readFileSync } from 'node:fs'

const [imageFile, root, volume] = process.argv.slice(2)
const { User, Env, Entrypoint, Cmd, WorkingDir, Volumes } = JSON.parse(readFileSync(imageFile, 'utf8')).Docker.config
const [uid, gid] = User.split(':').map(Number)
const [target, ...further] = Object.keys(Volumes)
if (!uid || !gid || further.length) throw new Error('the image needs a user of its own and one volume')

const noCapabilities = { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] }
const proc = { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] }
const dev = { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=65536k'] }
const data = { destination: target, type: 'bind', source: volume, options: ['rbind', 'rw'] }
console.log(
  JSON.stringify({
    ociVersion: '1.0.0',
    process: {
      user: { uid, gid },
      env: Env,
      args: [...Entrypoint, ...Cmd],
      cwd: WorkingDir,
      capabilities: noCapabilities,
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [proc, dev, data],
    // The network is this machine's.
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  }),
)
