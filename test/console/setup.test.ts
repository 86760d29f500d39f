import { afterAll, expect, setDefaultTimeout } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { freshFolder, speakTo } from '../support/installation'
import { forgetProofs } from '../support/operator'
import { serveProgram } from '../support/served-program'
import { makeFile, makeLicense, makeProduct } from '../support/stock'

setDefaultTimeout(180_000)

const password = 'wood lamp seven rivers'

let console_: ConsoleUnderTest
beforeStories(async () => {
  console_ = await openConsole({}, { hasOwner: false })
})
afterAll(() => console_?.close())

story(
  'the first set-up opens with the printed link alone, and ends in an answer whose signature it has checked',
  async () => {
    const bare = await console_.visit('/setup', { user: null })
    await bare.page.getByText('Open the link that the server printed').waitFor()
    await bare.check()

    const { path } = (await console_.installation.cli('user', 'setup-link', '--json')).json
    const { page, check } = await console_.visit(path.replace('/console', ''), { user: null })
    await page.getByRole('heading', { name: 'Your account' }).waitFor()
    await check()
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByLabel('Size of the key').selectOption('2048')
    await page.getByRole('button', { name: 'Create the account' }).click()

    await page.getByLabel('Name of the product').fill('Editor')
    expect(new URL(page.url()).hash).toBe('')
    await check()
    await page.getByRole('button', { name: 'Create the product' }).click()
    await page.getByText('The product “Editor” is there.').waitFor()
    forgetProofs(console_.installation)
    await page.getByRole('button', { name: 'Create the API key' }).click()
    const proof = page.getByRole('dialog', { name: 'Is it you?' })
    await proof.getByLabel('Password').fill(password)
    await check()
    await proof.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: 'Create a licence and ask' }).click()
    await page.getByText('The signature is genuine').waitFor()
    await page.getByText('The answer: 200').waitFor()
    await check()
    expect(await page.getByRole('region', { name: 'The request' }).innerText()).toContain('/api/v1/verify')

    await page.reload()
    await page.getByText('There is an API key.').waitFor()
    await page.getByRole('link', { name: 'To the console' }).click()
    await page.getByRole('button', { name: 'Account ada' }).waitFor()
    const again = await console_.visit(path.replace('/console', ''), { user: null })
    await again.page.getByRole('alert').getByText('this link does not open the set-up').waitFor()
    await again.check()
  },
)

story('a backup takes the place of an empty installation, and its user logs in there', async () => {
  const { installation } = console_
  const product_id = await makeProduct(installation, { name: 'Restored' })
  await makeLicense(installation, { product_id })
  const passphrase = 'five green boats at sea'
  const backup = join(installation.folder, '..', 'backup.tar.gz')
  await installation.cli('backup', backup, '--passphrase-file', makeFile(installation, passphrase))
  const folder = freshFolder()
  await speakTo(folder, 'init', '--bits', '2048')
  const served = await serveProgram(folder)
  try {
    const link = new URL(await served.setupLink())
    const path = `${link.pathname.replace('/console', '')}${link.hash}`
    const { page, check } = await console_.visit(path, { user: null, url: served.url })
    await page.getByLabel('Backup file').setInputFiles(backup)
    await page.getByLabel('Passphrase of the backup').fill('four red boats')
    await page.getByRole('button', { name: 'Restore', exact: true }).click()
    await page.getByText('passphrase').and(page.locator('[id$=-error], [role=alert] p')).first().waitFor()
    await check()
    await page.getByLabel('Passphrase of the backup').fill(passphrase)
    await page.getByRole('button', { name: 'Restore', exact: true }).click()
    await page.getByText('The server runs with the backup.').waitFor()
    await check()
    await page.getByRole('link', { name: 'To the log-in' }).click()
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('link', { name: 'Products' }).click()
    await page.getByRole('link', { name: 'Restored' }).waitFor()
    await check()
  } finally {
    expect(await served.stop()).toBe(0)
    rmSync(join(folder, '..'), { recursive: true, force: true })
  }
})
