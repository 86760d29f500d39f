/** Posts to an https address that a made-up name leads to, and prints what became of it: `https-probe.ts NAME PORT [CA-FILE]`. */
import { openAddressGuard } from '../../src/webhooks/address'
import { readAuthorities } from '../../src/webhooks/authorities'
import { post } from '../../src/webhooks/post'

const [name, port, authorityFile = ''] = process.argv.slice(2)
const guard = openAddressGuard({ allow_private_webhooks: 'on', webhook_allow_list: [] }, async () => ['127.0.0.1'])
const authorities = readAuthorities(authorityFile)
console.log(JSON.stringify(await post(`https://${name}:${port}/take?key=1`, '{}', {}, { guard, authorities })))
