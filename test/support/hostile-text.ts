/** Elements that a page would have if it took the text for markup, each with the mark. */
const markup = [
  `"'><img src=x data-hostile onerror=hostile()>`,
  '<svg data-hostile onload=hostile()>',
  '<a data-hostile href="javascript:hostile()">x</a>',
  '</textarea></title></style><style data-hostile>*{display:none}</style>',
  '<iframe data-hostile src="javascript:parent.hostile()"></iframe>',
  '<script data-hostile>hostile()</script>',
].join('')

/** What other readers than a parser of markup might follow. */
const others = [
  '{{7*7}}<%= 7*7 %>$' + '{7*7}',
  '" style="position:fixed;inset:0" x="',
  "';hostile()//",
  'javascript:hostile() data:text/html,<b data-hostile>x</b>',
  '\u202egpj.exe\u202c \u2066a\u2069 a\u200bb\u200dc\ufeffd',
  'e\u0301\u0327\u0302 \u{1f469}\u200d\u{1f469}\u200d\u{1f467} \u{1f3f4}\u{e0067}\u{e0062}\u{e007f}',
].join('')

/** The fields that were given such a text. */
export const hostileFields = new Set<string>()

/** What makes the text of a field known on a page. */
export function markOf(field: string): string {
  hostileFields.add(field)
  return `[${field.replaceAll(' ', '-')}]`
}

/**
 * A text for that field, as long as it takes: the beginning of a formula, its mark, other attacks, markup, and a word of
 * ten thousand letters.
 */
export function hostile(field: string, lengthMax = 15_000): string {
  const start = `=${markOf(field)}`
  const whole = lengthMax > 1000 ? others + markup : lengthMax > 600 ? markup : markup.slice(0, 84)
  return (start + whole + 'W'.repeat(10_000)).slice(0, lengthMax)
}

/** Such a text where only printable ASCII without spaces is taken. */
export const hostileWord = (field: string, lengthMax: number) =>
  `=${markOf(field)}"'><img/src=x/data-hostile/onerror=hostile()>`.padEnd(lengthMax, 'W').slice(0, lengthMax)
