import { Licensing } from './licensing'

const licensing = new Licensing()
const key = process.argv[2]
const verdict = key ? await licensing.activate(key) : await licensing.check()
if (!verdict.allowed) {
  console.error(verdict.why, verdict.help)
  process.exit(1)
}
console.log('Welcome to the edition', await licensing.feature('tier'))
