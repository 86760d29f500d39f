import { call } from '../api/client'
import { queryClient, useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { partTexts } from '../parts/texts'
import { announce } from '../parts/toast'
import type { Generator } from './format'
import { generatorTexts } from './texts'

/** Switches a generator on or off at once, with the way back. */
export function SwitchButton({ generator: { id, status } }: { generator: Pick<Generator, 'id' | 'status'> }) {
  const t = useTexts(generatorTexts)
  const parts = useTexts(partTexts)
  const [route, back] = status
    ? (['POST /generators/:id/disable', 'POST /generators/:id/enable'] as const)
    : (['POST /generators/:id/enable', 'POST /generators/:id/disable'] as const)
  const turn = useChange(route, () => announce(status ? t.stopped : t.enabled, { label: parts.undo, run: undo }))
  async function undo() {
    await call(back, { id })
    await queryClient.invalidateQueries()
  }
  if (!useMay('operator')) return null
  return (
    <Button disabled={turn.isPending} onClick={() => turn.mutate({ id })}>
      {status ? t.disable : t.enable}
    </Button>
  )
}
