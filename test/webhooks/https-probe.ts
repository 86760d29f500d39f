/** Posts to an https address that a made-up name leads to, and prints what became of it: `https-probe.ts NAME PORT`. */
import { openAddressGuard } from '../../src/webhooks/address'
import { post } from '../../src/webhooks/post'

const [name, port] = process.argv.slice(2)
const guard = openAddressGuard({ allow_private_webhooks: 'on', webhook_allow_list: [] }, async () => ['127.0.0.1'])
console.log(JSON.stringify(await post(`https://${name}:${port}/take?key=1`, '{}', {}, guard)))
