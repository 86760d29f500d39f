/** Names of products by their ids. */
export type ProductNames = ReadonlyMap<number, string>

/** The products that rows name by their ids. */
export const productIdsIn = (rows: readonly { product_id?: unknown }[]) => [
  ...new Set(rows.map(({ product_id }) => product_id).filter((id): id is number => typeof id === 'number')),
]

/** A product in a table: its id and, where it is known, its name. */
export const productCell = ({ product_id: id }: { product_id: number | string | null }, names?: ProductNames) => {
  const name = typeof id === 'number' && names?.get(id)
  return name ? `${id} ${name}` : String(id ?? '–')
}
