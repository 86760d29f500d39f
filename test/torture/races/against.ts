import type { Heard } from '../client'
import { look } from '../holdings'
import { makeProduct, require } from '../load/shop'
import { type Arena, allAtOnce, codesOf, expectOutcome, makeKey, type Race, tally } from './arena'

/**
 * Lets clients ask without pause while something is done that changes the answer. Who asks before it is done may get
 * either; whoever asks after it was acknowledged must get the new one.
 */
async function against(arena: Arena, ask: (i: number) => Promise<Heard | undefined>, done: () => Promise<unknown>) {
  let isDone = false
  const early: Heard[] = []
  const late: Heard[] = []
  let asked = 0
  const ends = Array.from({ length: Math.min(arena.size, 40) }, async () => {
    for (let after = 0; after < 2; ) {
      const isAfter = isDone
      if (isAfter) after++
      const answer = await ask(asked++)
      if (answer) (isAfter ? late : early).push(answer)
      else arena.report.find('no answer is lost while nothing is wrong')
    }
  })
  await Bun.sleep(arena.chance.between(0, 120))
  await done()
  isDone = true
  await Promise.all(ends)
  return { early, late }
}

function expectOnly({ report }: Arena, race: string, answers: readonly Heard[], allowed: readonly Heard['code'][]) {
  const others = answers.filter(({ code }) => !allowed.includes(code))
  if (others.length) report.find(`race: ${race}`, { allowed, got: tally(codesOf(others)) })
}

/** Runs a command beside the busy server; a finding when it fails. */
async function command({ stage, report }: Arena, ...args: string[]) {
  const { exitCode, err } = await stage.cli(...args)
  if (exitCode !== 0) report.find(`race: "${args.join(' ')}" works beside a busy server`, err)
}

export const blockAgainstActivate: Race = {
  name: 'block against activate',
  async run(arena) {
    const { stage, ask, fresh, report } = arena
    const license_key = await makeKey(arena, await makeProduct(ask, `block ${fresh()}`))
    const device = (i: number) => ({ license_key, identifier: `device-${i}` })
    const { early, late } = await against(
      arena,
      (i) => ask('activate', device(i)),
      async () => require(await ask('update-license-key', { license_key, status: 'blocked' }), 950),
    )
    expectOnly(arena, 'who activates before the block gets a seat or not', early, [300, 204])
    expectOnly(arena, 'who activates after the block gets no seat', late, [204])
    const seats = look(stage.folder, (raw) =>
      raw
        .query('select 1 from activations join licenses on licenses.id = license_id where license_key = ?')
        .all(license_key),
    )
    const given = early.filter(({ code }) => code === 300).length
    if (seats.length !== given) report.find('race: every seat that was given is there', { given, there: seats.length })
  },
}

export const revokeAgainstVerify: Race = {
  name: 'revoke against verify',
  async run(arena) {
    const { stage, ask, fresh } = arena
    const device = { license_key: await makeKey(arena, await makeProduct(ask, `revoke ${fresh()}`)), identifier: 'pc' }
    require(await ask('activate', device), 300)
    const ofLicense = await against(
      arena,
      () => ask('verify', device),
      async () => require(await ask('update-license-key', { license_key: device.license_key, status: 'revoked' }), 950),
    )
    expectOnly(arena, 'a licence is valid until it is revoked', ofLicense.early, [200, 204])
    expectOnly(arena, 'a licence that is revoked is not valid', ofLicense.late, [204])
    const made = await stage.cli('api-key', 'create', '--name', 'short-lived', '--preset', 'all', '--json')
    const key: string = made.json.api_key
    const ofKey = await against(
      arena,
      () => ask('verify', device, { key }),
      () => command(arena, 'api-key', 'revoke', String(made.json.id), '--yes'),
    )
    expectOnly(arena, 'an API key works until it is revoked', ofKey.early, [204, 101])
    expectOnly(arena, 'an API key that is revoked does not work', ofKey.late, [101])
  },
}

export const deleteAgainstAssign: Race = {
  name: 'delete product against assign',
  async run(arena) {
    const { stage, ask, fresh, report } = arena
    const product_id = await makeProduct(ask, `delete ${fresh()}`)
    const keys = Array.from({ length: 200 }, () => `GONE-${fresh()}`)
    const terms = { product_id, activation_limit: 0, validity: 0, status: 'available' }
    require(await ask('create-license-keys', { ...terms, license_keys: keys }), 900)
    const { early, late } = await against(
      arena,
      (i) => ask('assign-license-key', { license_key: keys[i % keys.length], owner_email: `${i}@example.com` }),
      async () => require(await ask('delete-product', { product_id }), 550),
    )
    expectOnly(arena, 'a key is assigned or not', early, [800, 801])
    expectOnly(arena, 'a key that is gone is not assigned', late, [801])
    const left = look(stage.folder, (raw) => raw.query('select 1 from licenses where product_id = ?').all(product_id))
    if (left.length) report.find('race: a product takes its keys with it', left.length)
  },
}

export const rotateAgainstSign: Race = {
  name: 'rotate key against sign',
  async run(arena) {
    const { ask, fresh } = arena
    const device = { license_key: await makeKey(arena, await makeProduct(ask, `rotate ${fresh()}`)), identifier: 'pc' }
    require(await ask('activate', device), 300)
    // The client checks every seal against the keys that the program shows.
    const { early, late } = await against(
      arena,
      () => ask('verify', device),
      () => command(arena, 'key', 'rotate', '--overlap', '0', '--yes'),
    )
    expectOnly(arena, 'a rotation stops nobody', [...early, ...late], [200])
  },
}

const fewProcesses = 5

export const twoProcesses: Race = {
  name: 'two processes on one folder',
  async run(arena) {
    const { stage, ask, size, fresh, report } = arena
    const product = await makeProduct(ask, `two ${fresh()}`)
    const commands = Promise.all(
      Array.from({ length: fewProcesses }, (_, i) =>
        stage.cli('api-key', 'create', '--name', `beside ${i}`, '--preset', 'all', '--json'),
      ),
    )
    const second = stage.cli('serve', '--port', '0')
    const keys = await Promise.all(Array.from({ length: size }, () => makeKey(arena, product)))
    const refused = await second
    const isRefused = refused.exitCode === 1 && /^latchkey: another Latchkey server works on/.test(refused.err)
    if (!isRefused) report.find('race: one folder has one server', refused)
    const answers = await Promise.all(
      (await commands).map(async ({ json, err }) => {
        if (!json) return report.find('race: a command works beside the server', err)
        return (await ask('verify', { license_key: keys[0], identifier: 'pc' }, { key: json.api_key }))?.code
      }),
    )
    expectOutcome(arena, twoProcesses.name, tally(answers as number[]), { 202: fewProcesses })
    const listed = await allAtOnce(1, () => ask('GET get-license-keys', { product_id: String(product) }))
    const there = listed[0]?.response.license_keys.length
    if (there !== size) report.find('race: what two processes write is kept', { there, size })
  },
}
