import { shellQuoted } from '../../kernel/shell'
import { type CompletionNode, type Suggestion, valuesOf, waysOf } from './tree'

/** The zsh completion script. */
export function zshCompletion(places: readonly CompletionNode[]): string {
  const { chosen, free } = valuesOf(places)
  return `#compdef latchkey
# Completion of latchkey for zsh: put it as _latchkey into a folder of $fpath, or source it after compinit
_latchkey() {
  local word at=''
  local -a candidates
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      (${waysOf(places).join('|')}) at="$at $word" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${chosen.map(({ behind, choices }) => `    (${behind}) candidates=(${choices.map(shellQuoted).join(' ')}) ;;`).join('\n')}
    (${free.join('|')}) _files; return ;;
    (*) case "$at" in
${places.map((place) => `      (${shellQuoted(place.at)}) candidates=(${candidatesAt(place).join(' ')}) ;;`).join('\n')}
    esac ;;
  esac
  _describe latchkey candidates || _files
}
if [[ "$funcstack[1]" == _latchkey ]]; then _latchkey "$@"; else compdef _latchkey latchkey; fi
`
}

const candidatesAt = ({ commands, choices, options }: CompletionNode) => [
  ...commands.map(described),
  ...choices.map(shellQuoted),
  ...options.map(described),
]

const described = ({ word, about }: Suggestion) => shellQuoted(`${word}:${about}`)
