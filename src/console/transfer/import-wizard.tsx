import { useMutation, useQuery } from '@tanstack/react-query'
import { type DragEvent, useState } from 'react'
import { type Answer, call, type Input } from '../api/client'
import { queryClient } from '../api/hooks'
import { useTexts } from '../i18n/texts'
import { ErrorBox } from '../parts/error-box'
import { TextField } from '../parts/field'
import { Loading } from '../parts/loading'
import { MappingForm } from './mapping-form'
import { transferTexts } from './texts'

export type Guess = Answer<'POST /imports/columns'>

interface Props {
  file: File | undefined
  onFile(file: File): void
  onStarted(id: number): void
}

/** Takes a file, shows what its columns probably are, and has the server try or import it. */
export function ImportWizard({ file, onFile, onStarted }: Props) {
  const t = useTexts(transferTexts)
  const [table, setTable] = useState<string>()

  function drop(event: DragEvent<HTMLElement>) {
    event.preventDefault()
    const dropped = event.dataTransfer.files[0]
    if (dropped) onFile(dropped)
  }

  const guess = useQuery<Guess>({
    queryKey: ['columns', file?.name, file?.size, file?.lastModified, table],
    queryFn: ({ signal }) => call('POST /imports/columns', table === undefined ? {} : { table }, { file, signal }),
    enabled: file !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const start = useMutation({
    mutationFn: (input: Input<'POST /imports'>) => call('POST /imports', input, { file }),
    async onSuccess({ id }) {
      onStarted(id)
      await queryClient.invalidateQueries({ queryKey: ['GET /imports'] })
    },
  })

  return (
    <div className="flex flex-col gap-4">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the field in it does the same with the keyboard */}
      <div
        className="rounded-md border border-dashed border-control p-4"
        onDragOver={(event) => event.preventDefault()}
        onDrop={drop}
      >
        <TextField
          label={t.drop}
          description={file?.name}
          type="file"
          accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson"
          onChange={(event) => event.target.files?.[0] && onFile(event.target.files[0])}
        />
      </div>
      {file && guess.isPending && <Loading />}
      <ErrorBox error={guess.error} />
      {file && guess.data && (
        <MappingForm
          key={`${guess.data.file} ${guess.data.table}`}
          guess={guess.data}
          isPending={start.isPending}
          onTable={setTable}
          onStart={start.mutate}
        />
      )}
      <ErrorBox error={start.error} />
    </div>
  )
}
