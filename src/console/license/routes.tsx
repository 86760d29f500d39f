import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../root'

/** What the address of a licence's page holds besides its id. */
export interface LicenseSearch {
  /** The device that "Can it be used?" is about. */
  device?: string | undefined
  /** The open dialog. */
  do?: string | undefined
}

const textOf = (value: unknown) => (value === undefined || value === '' ? undefined : String(value))

export const licenseRoute = createRoute({
  getParentRoute: () => root,
  path: 'licenses/$id',
  validateSearch: (search: Record<string, unknown>): LicenseSearch => ({
    device: textOf(search.device),
    do: textOf(search.do),
  }),
  component: lazyRouteComponent(() => import('./license-page'), 'LicensePage'),
})
