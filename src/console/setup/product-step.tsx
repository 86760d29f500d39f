import type { FormEvent } from 'react'
import { fieldErrorOf } from '../api/errors'
import { useChange } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { setupTexts } from './texts'

export function ProductStep() {
  const t = useTexts(setupTexts)
  const create = useChange('POST /products')
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    create.mutate({ name: String(new FormData(event.currentTarget).get('product')) })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField label={t.productName} name="product" required error={fieldErrorOf(create.error, 'name')} />
      <ErrorBox error={create.error} />
      <div>
        <Button type="submit" kind="primary" disabled={create.isPending}>
          {t.createProduct}
        </Button>
      </div>
    </form>
  )
}
