import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { axeFindings, beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { startInstallation } from '../support/installation'
import { clientId, clientSecret, startProvider } from '../support/openid-provider'
import { forgetProofs, makeOperator, type Operator } from '../support/operator'

setDefaultTimeout(180_000)

let console_: ConsoleUnderTest
beforeStories(async () => {
  console_ = await openConsole()
})
afterAll(() => console_?.close())

const local = () => console_.installation.url.replace('127.0.0.1', 'localhost')

async function logIn(page: Page, { name, password }: Operator) {
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
}

const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) }).generate({
    timestamp: Date.now() + steps * 30_000,
  })

describe('logging in to the console', () => {
  story('with an authenticator app that was set up in the profile, and proving it is you', async () => {
    const who = await makeOperator(console_.installation, 'owner')
    const { page, check } = await console_.visit('/profile', { user: who })
    await page.getByRole('heading', { name: 'Authenticator app' }).waitFor()
    await check()
    forgetProofs(console_.installation)
    await page.getByRole('button', { name: 'Set up' }).click()
    const proof = page.getByRole('dialog', { name: 'Is it you?' })
    await proof.getByLabel('Password').fill('not this one at all')
    await proof.getByRole('button', { name: 'Go on' }).click()
    await proof.getByText('the current password is wrong').waitFor()
    await check()
    await proof.getByLabel('Password').fill(who.password)
    await proof.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor()
    await check()
    const secret = await page.getByRole('dialog').locator('code').innerText()
    await page.getByLabel('Code that the app shows').fill(codeOf(secret, -1))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('They are shown this once.').waitFor()
    await check()
    const [recoveryCode] = await page.getByRole('dialog').locator('code').allInnerTexts()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
    const users = await console_.visit('/users')
    const factorOf = (name: string) =>
      users.page.getByRole('row').filter({ hasText: name }).locator('[data-heading="Second factor"]')
    expect(await factorOf(who.name).innerText()).toBe('app')
    expect(await factorOf(console_.owner.name).innerText()).toBe('none')
    await users.check()

    const again = await console_.visit('/profile', { user: null })
    await logIn(again.page, who)
    await again.page.getByLabel('Code of your authenticator app').fill(codeOf(secret))
    await again.check()
    await again.page.getByRole('button', { name: 'Use a recovery code' }).click()
    await again.page.getByLabel('Recovery code', { exact: true }).fill('wrong')
    await again.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await again.page.getByRole('alert').waitFor()
    await again.page.getByLabel('Recovery code', { exact: true }).fill(recoveryCode!)
    await again.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await again.page.getByText('this one').waitFor()
    await again.page.getByRole('button', { name: 'End all others' }).click()
    await again.page.getByRole('dialog').getByRole('button', { name: 'End all others' }).click()
    await again.page.getByText('All other sessions have ended.').waitFor()
    await again.check()
  })

  story('with a passkey, which a user has added and named', async () => {
    const who = await makeOperator(console_.installation, 'viewer')
    const { page } = await console_.visit('/profile', { user: null })
    const devTools = await page.context().newCDPSession(page)
    await devTools.send('WebAuthn.enable')
    await devTools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: true },
      },
    })
    await page.goto(`${local()}/console/profile`)
    await logIn(page, who)
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByLabel('Name').fill('laptop')
    await page.getByRole('dialog').getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('They are shown this once.').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Rename the passkey “laptop”' }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.context().clearCookies()
    await page.reload()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('cell', { name: 'passkey', exact: true }).waitFor()
  })

  story('with a new password at once, once it is changed', async () => {
    const who = await makeOperator(console_.installation, 'viewer')
    const { page, check } = await console_.visit('/profile', { user: who })
    await page.getByRole('button', { name: 'Change password' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change password' })
    await dialog.getByLabel('Password until now').fill(who.password)
    await dialog.getByLabel('New password').fill('wood lamp seven rivers')
    await check()
    await dialog.getByRole('button', { name: 'Change password' }).click()
    await logIn(page, { ...who, password: 'wood lamp seven rivers' })
    await page.getByText('this one').waitFor()
    await page.getByRole('dialog').first().waitFor({ state: 'detached' })
  })

  story('through an OpenID provider and back to the page asked for', async () => {
    const { installation } = console_
    const provider = await startProvider(`${installation.url}/console/login`, { ada: { preferred_username: 'ada' } })
    for (const [name, value] of Object.entries({
      ...{ oidc_issuer: provider.issuer, oidc_client_id: clientId, oidc_name: 'Acme', oidc_create_users: 'on' },
    })) {
      await installation.cli('setting', 'set', name, value)
    }
    await console_.owner.tell('PUT /settings/oidc_client_secret', { value: clientSecret })
    const { page } = await console_.visit('/profile', { user: null })
    await page.getByRole('button', { name: 'Log in with Acme' }).click()
    await page.waitForURL(/interaction/)
    await page.locator('[name=login]').fill('ada')
    await page.locator('[name=password]').fill('x')
    await page.locator('[type=submit]').click()
    await page.locator('[type=submit]').click()
    await page.getByText('You have no password').waitFor()
    expect(new URL(page.url()).pathname).toBe('/console/profile')
    await page.goto(`${installation.url}/console/login?error=access_denied&state=other`)
    await page.getByRole('alert').getByText('began in another browser').waitFor()
    await page.getByRole('button', { name: 'Start over' }).waitFor()
    await provider.close()
  })

  story('of a user who must have a second factor and has none leads to the profile alone', async () => {
    const strict = await startInstallation({ require_2fa: 'all' })
    const who = await makeOperator(strict, 'operator')
    const { page } = await console_.visit('/', { user: null })
    await page.goto(`${strict.url}/console/commands`)
    await logIn(page, who)
    await page.getByText('Your role needs a second factor.').waitFor()
    await page.getByRole('button', { name: 'Set up' }).waitFor()
    await strict.close()
  })
})
