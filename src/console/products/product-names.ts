import { useAsk } from '../api/hooks'

const productsMax = 1000

/** The name of a product by its id; the id itself until it is known. */
export function useNameOfProduct() {
  const { data } = useAsk('GET /products', { sort: 'name', limit: productsMax, fields: ['id', 'name'] })
  const names = new Map(data?.products.map(({ id, name }) => [id, name]))
  return (id: number) => names.get(id) ?? String(id)
}
