import { type Static, Type } from '@sinclair/typebox'
import { dictionary, view } from './view'

/** A suggested operation and its input, shown as a command to paste or as a button. */
export const RemedyView = view('Remedy', {
  operation: Type.String({ description: 'Its command.', examples: ['license unblock'] }),
  input: dictionary(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), 'The fields to give it.'),
})
export type Remedy = Static<typeof RemedyView>

/** A field of the requested operation, and a suggested value for it. */
interface FieldReference {
  field: string
  value?: string | undefined
}

/** A setting of the process, such as `data_dir`. */
interface SettingReference {
  setting: string
}

/** Something only the command line can do, such as `init`; the API shows it as a command too. */
interface CommandReference {
  command: string
  settings: Readonly<Record<string, string>>
}

/** What to do: a sentence, and the operations that do it. */
export const AdviceView = view('Advice', { message: Type.String(), remedies: Type.Array(RemedyView) })
export type Advice = Static<typeof AdviceView>

export type MessagePart = string | FieldReference | SettingReference | CommandReference | Remedy

/** Renders a reference within a message, for one interface. */
export type ShowPart = (part: Exclude<MessagePart, string>) => string

/** A message for operators; each interface renders its references. As a string it has the API's form. */
export class Message {
  constructor(readonly parts: readonly MessagePart[]) {}

  render(show: ShowPart): string {
    return this.parts.map((part) => (typeof part === 'string' ? part : show(part))).join('')
  }

  toString(): string {
    return this.render(showInApi)
  }

  /** The suggested operations. */
  get remedies(): Remedy[] {
    return this.parts.filter((part) => typeof part !== 'string' && 'operation' in part)
  }

  /** The message as JSON: the sentence and the suggested operations. */
  get advice(): Advice {
    return { message: String(this), remedies: this.remedies }
  }

  /** The first field the message refers to. */
  get field(): string | undefined {
    return this.parts.find((part) => typeof part !== 'string' && 'field' in part)?.field
  }
}

/** Tag for message templates; values are texts, numbers, references and other messages. */
export function message(texts: TemplateStringsArray, ...values: (MessagePart | Message | number)[]): Message {
  const parts: MessagePart[] = []
  for (const [at, text] of texts.entries()) {
    if (text) parts.push(text)
    const value = values[at]
    if (value instanceof Message) parts.push(...value.parts)
    else if (value !== undefined && value !== '') parts.push(typeof value === 'number' ? String(value) : value)
  }
  return new Message(parts)
}

export const fieldRef = (field: string, value?: string): FieldReference => ({ field, value })
export const settingRef = (setting: string): SettingReference => ({ setting })
export const commandRef = (command: string, settings: CommandReference['settings'] = {}): CommandReference => ({
  command,
  settings,
})
export const remedy = (operation: string, input: Remedy['input'] = {}): Remedy => ({ operation, input })

const showInApi: ShowPart = (part) => {
  if ('field' in part) return part.value === undefined ? part.field : `${part.field} "${part.value}"`
  if ('setting' in part) return part.setting
  return `"${'command' in part ? shownCommand(part) : part.operation}"`
}

/** A command as typed in a shell: `latchkey init --data-dir /srv/latchkey`. */
export const shownCommand = ({ command, settings }: CommandReference) =>
  [`latchkey ${command}`, ...Object.entries(settings).map(([name, value]) => `${flagOfSetting(name)} ${value}`)].join(
    ' ',
  )

export const flagOfSetting = (name: string) => `--${name.replaceAll('_', '-')}`
