import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { fieldErrorOf } from '../api/errors'
import { useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { useAddress } from '../parts/address'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { Card, Page } from '../parts/page'
import { ProductField } from '../products/product-field'
import { shapeOf, usualFormat } from './format'
import { FormatFields } from './format-fields'
import { generatorTexts } from './texts'
import { TrialCard } from './trial-card'

/** `/console/generators/new`: a generator, with keys like those it would make beside the form. */
export function NewGeneratorPage() {
  const t = useTexts(generatorTexts)
  const navigate = useNavigate()
  const { search } = useAddress('product')
  const [format, setFormat] = useState(usualFormat)
  const mayCreate = useMay('operator')
  const create = useChange('POST /generators', () => navigate({ to: '/generators' }))

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const { activation_limit, validity } = format
    create.mutate({
      product: String(new FormData(event.currentTarget).get('product') ?? ''),
      ...shapeOf(format),
      activation_limit: Number(activation_limit),
      validity: Number(validity),
    })
  }

  return (
    <Page title={t.add}>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <Card>
          <form onSubmit={submit} className="flex flex-col gap-4">
            <ProductField label={t.product} chosen={search.product} error={fieldErrorOf(create.error, 'product')} />
            <FormatFields format={format} isNew onChange={setFormat} />
            <ErrorBox error={create.error} />
            {!mayCreate && <p className="text-sm text-muted">{t.mayNot}</p>}
            <div>
              <Button type="submit" kind="primary" disabled={create.isPending || !mayCreate}>
                {t.create}
              </Button>
            </div>
          </form>
        </Card>
        <TrialCard format={format} />
      </div>
    </Page>
  )
}
