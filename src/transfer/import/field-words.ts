const option =
  /--(map|value|default|date-format|keep-seats|create-products|passphrase-file|encoding|quotes)(?: (?:"([^"]*)"|([^\s"]+=\S*|(?<=--(?:encoding|quotes) )[\w-]+)))?/g

/** A sentence of an import that names options of the command, as a caller over HTTP gives them: fields of the query. */
export const inFields = (sentence: string): string =>
  sentence.replace(option, (_, name: string, quoted?: string, bare?: string) => {
    if (name === 'passphrase-file') return 'the header X-Passphrase'
    const field = name.replace('-', '_')
    const value = quoted ?? bare ?? (field === 'keep_seats' || field === 'create_products' ? '1' : undefined)
    return value === undefined ? field : `${field}=${value}`
  })
