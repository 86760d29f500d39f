interface Part<Row> {
  rows: readonly Row[]
  next: string | null
}

const asksMax = 40

/**
 * A page of a list in which the server looks for a short time only, so that its pages may be short: asks on until this
 * one is full.
 */
export async function fullPage<Row>(
  ask: (part: { after: string | undefined; limit: number }) => Promise<Part<Row>>,
  { after, limit }: { after: string | undefined; limit: number },
) {
  const rows: Row[] = []
  let next = after ?? null
  for (let asks = 0; asks < asksMax; asks++) {
    const part = await ask({ after: next ?? undefined, limit: limit - rows.length })
    rows.push(...part.rows)
    next = part.next
    if (next === null || rows.length >= limit) break
  }
  return { rows, next }
}
