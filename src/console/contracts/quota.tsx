import type { Answer } from '../api/client'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { contractTexts } from './texts'

export type Contract = Answer<'GET /contracts'>['contracts'][number]

/** How much of a contract's quota is used, as a bar and in words. */
export function Quota({ contract }: { contract: Contract }) {
  const t = useTexts(contractTexts)
  const { name, license_keys_count: used, license_keys_quantity: all } = contract
  return (
    <span className="flex flex-wrap items-center gap-2">
      <progress className="w-32" aria-label={`${t.quota} ${name}`} max={all} value={Math.min(used, all)} />
      <span>{t.used(formatNumber(used), formatNumber(all))}</span>
    </span>
  )
}

/** What the holder of a contract may do, in words. */
export function usePermissions() {
  const t = useTexts(contractTexts)
  return (contract: Contract) => {
    const all = [
      [contract.can_get_info, t.mayInfo],
      [contract.can_generate, t.mayGenerate],
      [contract.can_destroy, t.mayDestroy],
      [contract.can_destroy_all, t.mayDestroyAll],
    ] as const
    return (
      all
        .filter(([isGranted]) => isGranted)
        .map(([, words]) => words)
        .join(', ') || t.nothing
    )
  }
}
