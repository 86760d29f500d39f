/** Somebody who asks the server, by the role they play: `reseller`, `viewer`. */
export type Who = string

/** What only some may see, whoever asks and wherever it stands in an answer. */
export interface Secrets {
  /** Notes a text and who may see it. */
  keep(text: string, what: string, ...knownTo: Who[]): string
  /** Somebody was rightly told it. */
  tell(text: string, who: Who): void
  /** The kinds of secrets in a text that this one may not see. */
  leaksTo(who: Who, text: string): string[]
}

export function openSecrets(): Secrets {
  const kept = new Map<string, { what: string; knownTo: Set<Who> }>()
  return {
    keep(text, what, ...knownTo) {
      kept.set(text, { what, knownTo: new Set(knownTo) })
      return text
    },
    tell: (text, who) => kept.get(text)?.knownTo.add(who),
    leaksTo: (who, text) =>
      [...kept].flatMap(([secret, { what, knownTo }]) => (!knownTo.has(who) && text.includes(secret) ? [what] : [])),
  }
}
