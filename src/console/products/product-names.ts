import { useAsk } from '../api/hooks'

const productsMax = 1000

/** The products by name, as far as they are known: one question for every page that names them or lets choose. */
const useProducts = () =>
  useAsk('GET /products', { sort: 'name', limit: productsMax, fields: ['id', 'name'] }).data?.products ?? []

/** The products as the choices of a field. */
export const useProductChoices = () => useProducts().map(({ id, name }) => ({ value: String(id), label: name }))

/** The name of a product by its id; the id itself until it is known. */
export function useNameOfProduct() {
  const names = new Map(useProducts().map(({ id, name }) => [id, name]))
  return (id: number) => names.get(id) ?? String(id)
}
