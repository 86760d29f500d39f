import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

/** What the address of a licence's page holds besides its id. */
export interface LicenseSearch {
  /** The device that "Can it be used?" is about. */
  device?: string | undefined
  /** The open dialog. */
  do?: string | undefined
}

export const licenseRoute = createRoute({
  getParentRoute: () => root,
  path: 'licenses/$id',
  validateSearch: searchOf('device', 'do'),
  component: lazyPage(() => import('./license-page'), 'LicensePage'),
})
