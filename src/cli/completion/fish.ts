import { type CompletionNode, type Suggested, type Suggestion, waysOf } from './tree'

/** The fish completion script. */
export const fishCompletion = (
  places: readonly CompletionNode[],
): string => `# Completion of latchkey for fish: put it into ~/.config/fish/completions/latchkey.fish
function __latchkey_at
  set -l at ''
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case ${waysOf(places).join(' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${places.flatMap(linesAt).join('\n')}
`

function linesAt({ at, commands, choices, options }: CompletionNode): string[] {
  const complete = `complete -c latchkey -n '__latchkey_at "${at}"'`
  return [
    ...commands.map(({ word, about }: Suggestion) => `${complete} -f -a ${word} -d ${quoted(about)}`),
    ...(choices.length ? [`${complete} -f -a '${choices.join(' ')}'`] : []),
    ...options.map((option) => `${complete} ${optionFlag(option)} -d ${quoted(option.about)}`),
  ]
}

function optionFlag({ word, takesValue, choices }: Suggested) {
  const flag = `-l ${word.replace(/^--/, '')}`
  if (choices.length) return `${flag} -x -a '${choices.join(' ')}'`
  return takesValue ? `${flag} -r` : flag
}

/** A text quoted for fish, which has two escapes in single quotes. */
const quoted = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`
