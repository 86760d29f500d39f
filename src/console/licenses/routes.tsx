import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'
import { addressFilters } from './filter-names'

export const licenseListRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'licenses',
    validateSearch: searchOf(...addressFilters, 'sort', 'page', 'text'),
    component: lazyPage(() => import('./licenses-page'), 'LicensesPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'licenses/new',
    component: lazyPage(() => import('./issue-page'), 'IssuePage'),
  }),
] as const
