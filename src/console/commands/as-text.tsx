import { basePath } from '../api/base-path'
import { fillPath } from '../api/client'
import { useTexts } from '../i18n/texts'
import { CopyButton } from '../parts/copy'
import { ScrollArea } from '../parts/scroll-area'
import type { FormDescription, Values } from './forms'
import { commandTexts } from './texts'

const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/**
 * What a script sends instead. Secrets are left out: a file takes their place on the command line, and whoever runs the
 * request adds them.
 */
export function AsText({ form, values }: { form: FormDescription; values: Values }) {
  const t = useTexts(commandTexts)
  return (
    <details className="text-sm">
      <summary>
        {t.asCommand} · {t.asRequest}
      </summary>
      <div className="flex flex-col gap-3 pt-3">
        <Text label={t.asCommand} text={commandLine(form, values)} />
        <Text label={t.asRequest} text={curlLine(form, values)} />
      </div>
    </details>
  )
}

const Text = ({ label, text }: { label: string; text: string }) => (
  <div className="flex flex-col gap-1">
    <p className="font-medium">{label}</p>
    <ScrollArea name={label} className="rounded-md border border-line p-2">
      <pre>{text}</pre>
    </ScrollArea>
    <div>
      <CopyButton text={text} />
    </div>
  </div>
)

const shownFields = ({ fields }: FormDescription, values: Values) =>
  fields.filter(({ name, is_secret: isSecret }) => !isSecret && values[name] !== undefined)

function commandLine(form: FormDescription, values: Values): string {
  const given = shownFields(form, values).map(({ name, flag, kind }) => ({ flag, kind, value: values[name] }))
  const textOf = (value: unknown) => quoted(Array.isArray(value) ? value.join(',') : String(value))
  const positional = given.filter(({ flag }) => !flag).map(({ value }) => textOf(value))
  const options = given
    .filter(({ flag }) => flag)
    .map(({ flag, kind, value }) => (kind === 'toggle' ? flag : `${flag} ${textOf(value)}`))
  const file = form.takes_file ? ['--file FILE'] : []
  return ['latchkey', form.command, ...positional, ...options, ...file].join(' ')
}

function curlLine(form: FormDescription, values: Values): string {
  const [method, path] = form.route.split(' ') as [string, string]
  const shown = Object.fromEntries(shownFields(form, values).map(({ name }) => [name, values[name]]))
  const { filled, rest } = fillPath(path, shown)
  const isQuery = method === 'GET' || form.takes_file
  const fields = form.takes_file ? { ...rest, file: 'FILE' } : rest
  const query = isQuery && Object.keys(fields).length ? `?${new URLSearchParams(fields as never)}` : ''
  const body = form.takes_file
    ? ["-H 'Content-Type: application/octet-stream'", '-T FILE']
    : method === 'GET'
      ? []
      : ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(rest))}`]
  return [
    `curl -X ${method} ${quoted(`${location.origin}${basePath}/admin/api${filled}${query}`)}`,
    '-H "Authorization: Bearer $LATCHKEY_TOKEN"',
    ...body,
  ].join(' \\\n  ')
}
