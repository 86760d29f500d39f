import { shellQuoted } from '../../kernel/shell'
import { type CompletionNode, valuesOf, waysOf } from './tree'

/** The bash completion script. */
export function bashCompletion(places: readonly CompletionNode[]): string {
  const { chosen, free } = valuesOf(places)
  return `# Completion of latchkey for bash: source it, or put it into /etc/bash_completion.d/latchkey
_latchkey() {
  local word at='' candidates='' current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${waysOf(places).join(' | ')}) at="$at $word" ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD-1]}" in
${chosen.map(({ behind, choices }) => `    ${behind}) candidates=${shellQuoted(choices.join(' '))} ;;`).join('\n')}
    ${free.join(' | ')}) return ;;
    *) case "$at" in
${places.map((place) => `      ${shellQuoted(place.at)}) candidates=${shellQuoted(wordsAt(place).join(' '))} ;;`).join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _latchkey latchkey
`
}

const wordsAt = ({ commands, choices, options }: CompletionNode) => [
  ...commands.map(({ word }) => word),
  ...choices,
  ...options.map(({ word }) => word),
]
