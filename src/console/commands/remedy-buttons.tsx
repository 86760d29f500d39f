import { useState } from 'react'
import type { Remedy } from '../api/remedy'
import { Button } from '../parts/button'
import { OperationDialog } from './operation-dialog'

/** The operations that help, each as a button that opens its form with the suggested fields. */
export function RemedyButtons({ remedies }: { remedies: readonly Remedy[] }) {
  const [open, setOpen] = useState<Remedy>()
  return (
    <>
      {remedies.map((remedy) => (
        <Button key={JSON.stringify(remedy)} onClick={() => setOpen(remedy)}>
          {remedy.operation}
        </Button>
      ))}
      {open && (
        <OperationDialog
          command={open.operation}
          title={open.operation}
          initial={open.input}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  )
}
