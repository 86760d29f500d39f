import { useAsk } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { SelectField } from '../parts/field'
import { productTexts } from './texts'

const productsMax = 1000

interface Props {
  label: string
  /** The id of the chosen product. */
  chosen?: string | undefined
  error?: string | undefined
  /** The text for no product, as a filter has it; a product is required without. */
  all?: string
}

/** A choice among the products. */
export function ProductField({ label, chosen, error, all }: Props) {
  const t = useTexts(productTexts)
  const { data } = useAsk('GET /products', { sort: 'name', limit: productsMax, fields: ['id', 'name'] })
  const choices = data?.products.map(({ id, name }) => ({ value: String(id), label: name })) ?? []
  return (
    <SelectField
      key={`${choices.length} ${chosen}`}
      label={label}
      name="product"
      required={all === undefined}
      error={error}
      defaultValue={chosen ?? ''}
      choices={[{ value: '', label: all ?? t.choose }, ...choices]}
    />
  )
}
