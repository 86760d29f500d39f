import { useTexts } from '../i18n/texts'
import { SelectField } from '../parts/field'
import { useProductChoices } from './product-names'
import { productTexts } from './texts'

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
  const choices = useProductChoices()
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
