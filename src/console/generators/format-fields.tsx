import { useTexts } from '../i18n/texts'
import { SelectField, TextField } from '../parts/field'
import type { Format } from './format'
import { generatorTexts } from './texts'

interface Props {
  format: Format
  /** The method of an existing generator stays. */
  isNew: boolean
  onChange(format: Format): void
}

const methods = ['chunk-system', 'custom', 'uuid'] as const

/** The fields that say how keys look, and the terms of the licences made with them. */
export function FormatFields({ format, isNew, onChange }: Props) {
  const t = useTexts(generatorTexts)
  const field = (name: keyof Format) => ({
    name,
    value: format[name],
    onChange: ({ target }: { target: { value: string } }) => onChange({ ...format, [name]: target.value }),
  })
  return (
    <>
      <SelectField
        label={t.method}
        disabled={!isNew}
        choices={methods.map((method) => ({ value: method, label: method }))}
        {...field('method')}
      />
      {format.method === 'custom' && (
        <TextField label={t.template} description={t.templateNote} {...field('function_name')} />
      )}
      {format.method === 'chunk-system' && (
        <>
          <TextField label={t.chunks} type="number" min={1} max={255} {...field('number_of_chunks')} />
          <TextField label={t.chunkLength} type="number" min={1} max={255} {...field('chunk_length')} />
        </>
      )}
      {format.method !== 'uuid' && <TextField label={t.charset} {...field('charset')} />}
      <TextField label={t.prefix} {...field('prefix')} />
      <TextField label={t.suffix} {...field('suffix')} />
      <TextField label={t.seats} description={t.unlimitedNote} type="number" min={0} {...field('activation_limit')} />
      <TextField label={t.days} description={t.forEverNote} type="number" min={0} {...field('validity')} />
    </>
  )
}
