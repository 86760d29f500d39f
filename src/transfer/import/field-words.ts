const option =
  /--(map|value|default|date-format|keep-seats|create-products|passphrase-file|encoding|quotes)(?: (?:"([^"]*)"|([^\s"]+=\S*|(?<=--(?:encoding|quotes) )[\w-]+)))?/g

/** Replaces the command's options in a sentence of an import with the query fields of the HTTP request. */
export const inFields = (sentence: string): string =>
  sentence.replace(option, (_, name: string, quoted?: string, bare?: string) => {
    if (name === 'passphrase-file') return 'the header X-Passphrase'
    const field = name.replace('-', '_')
    const value = quoted ?? bare ?? (field === 'keep_seats' || field === 'create_products' ? '1' : undefined)
    return value === undefined ? field : `${field}=${value}`
  })
