import { capabilities, everything, presets } from './access/capabilities'
import { buildProgram } from './cli/program'
import { readConfig, settings, variableOf } from './config'
import type { Deps } from './deps'
import { adminPrefix } from './http/admin/route'
import { adminRoutes } from './http/admin/routes'
import { buildApp } from './http/app'
import { type Answer, answers, declared } from './kernel/answers'
import { flagOfSetting } from './kernel/message'
import { isSecret } from './settings/sealed'

/** The generated parts of the documentation, each between `<!-- generated: NAME -->` and `<!-- /generated -->`. */
const parts: Record<string, () => string> = {
  settings: () =>
    table(
      ['Setting', 'Flag', 'Variable', 'Stored', 'Default', 'What it does'],
      Object.entries(settings).map(([name, setting]) => [
        code(name),
        code(isSecret(name) ? `${flagOfSetting(name)}-file` : flagOfSetting(name)),
        code(variableOf(name)),
        setting.isStorable ? 'yes' : '',
        setting.default === '' ? 'none' : code(setting.default),
        setting.doc,
      ]),
    ),

  capabilities: () =>
    table(
      ['Capability', ...Object.keys(presets).map((name) => `preset ${code(name)}`)],
      capabilities.map((capability) => [
        code(capability),
        ...Object.values<readonly string[]>(presets).map((held) =>
          held.includes(capability) || held.includes(everything) ? 'yes' : '',
        ),
      ]),
    ),

  commands: () =>
    table(
      ['Command', 'What it does'],
      leaves(buildProgram({ env: {}, out() {}, err() {} })).map((command) => [
        code(command.createHelp().commandUsage(command).replace(' [options]', '')),
        command.description(),
      ]),
    ),

  operations: () =>
    table(
      ['Route', 'Command', 'Least role', 'What it does'],
      adminRoutes.map(({ route, command, role, summary }) => [
        code(route.replace(' ', ` ${adminPrefix}`)),
        command ? code(command) : '',
        role,
        summary,
      ]),
    ),

  routes: () =>
    table(
      ['Endpoint', 'What it does', 'Answers'],
      operations().map(({ method, path, summary = '', says }) => [
        code(`${method} ${path}`),
        summary,
        says.map((answer) => declared(answer).code).join(' '),
      ]),
    ),

  answers: () =>
    table(
      ['Code', 'Meaning'],
      [...new Map(Object.values(answers).map(({ code: number, message }) => [String(number), message]))],
    ),

  refusals: () =>
    table(
      ['Code', 'HTTP', 'Message'],
      Object.values(answers)
        .filter(({ http }) => http !== 200)
        .map(({ code: number, http, message }) => [String(number), String(http), message]),
    ),
}

/** The contract's endpoints, as their routes describe them. */
function operations() {
  const app = buildApp({ config: readConfig({}, {}) } as Deps)
  return app.routes
    .filter(({ path, hooks }) => path.startsWith('/api/v1/') && hooks.detail?.['x-answers'])
    .map(({ method, path, hooks }) => ({
      method,
      path,
      summary: hooks.detail.summary,
      says: hooks.detail['x-answers'] as Answer[],
    }))
}

const code = (text: string) => `\`${text}\``

type Command = ReturnType<typeof buildProgram>

const leaves = (command: Command): readonly Command[] =>
  command.commands.length ? command.commands.flatMap(leaves) : [command]

const table = (headings: string[], rows: string[][]) =>
  [headings, headings.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('')

const generated = /(<!-- generated: (\w+) -->\n).*?(<!-- \/generated -->)/gs

/** Updates the generated parts of a page; adds their names to `written`. */
export function withGeneratedParts(page: string, written: Set<string> = new Set()): string {
  return page.replace(generated, (_, opening: string, name: string, closing: string) => {
    written.add(name)
    if (!parts[name]) throw new Error(`A page has a place for what there is not: ${name}`)
    return `${opening}\n${parts[name]()}\n${closing}`
  })
}

/** The names of all parts; each occurs on one page. */
export const partNames = Object.keys(parts)

if (import.meta.main) {
  for (const path of new Bun.Glob('src/docs/*.md').scanSync()) {
    await Bun.write(path, withGeneratedParts(await Bun.file(path).text()))
  }
}
