import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { call } from '../api/client'
import { fieldErrorOf } from '../api/errors'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { SelectField, TextField } from '../parts/field'
import { NewPasswordField } from '../parts/password-field'
import { setupTexts } from './texts'

interface Owner {
  name: string
  password: string
}

interface Props {
  token: string
  /** Whether the signing key may still get another size. */
  canResize: boolean
  onDone(owner: Owner): Promise<void>
}

/** Name and password of the owner, and the size of the signing key. */
export function OwnerForm({ token, canResize, onDone }: Props) {
  const t = useTexts(setupTexts)
  const create = useMutation({
    mutationFn: async ({ bits, ...owner }: Owner & { bits: string | undefined }) => {
      await call('POST /setup/owner', { token, ...owner, ...(bits && { bits }) } as never)
      await onDone(owner)
    },
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    create.mutate({
      name: String(data.get('name')).trim(),
      password: String(data.get('password')),
      bits: canResize ? String(data.get('bits')) : undefined,
    })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label={t.name}
        name="name"
        description={t.nameNote}
        autoComplete="username"
        autoCapitalize="none"
        required
        error={fieldErrorOf(create.error, 'name')}
      />
      <NewPasswordField label={t.password} name="password" error={fieldErrorOf(create.error, 'password')} />
      {canResize ? (
        <SelectField
          label={t.bits}
          name="bits"
          defaultValue="4096"
          error={fieldErrorOf(create.error, 'bits')}
          choices={[
            { value: '4096', label: t.bits4096 },
            { value: '3072', label: t.bits3072 },
            { value: '2048', label: t.bits2048 },
          ]}
        />
      ) : (
        <p className="text-muted">{t.bitsUsed}</p>
      )}
      <ErrorBox error={create.error} />
      <div>
        <Button type="submit" kind="primary" disabled={create.isPending}>
          {create.isPending ? t.creating : t.createOwner}
        </Button>
      </div>
    </form>
  )
}
