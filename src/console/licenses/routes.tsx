import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'
import { addressFilters } from './filter-names'

export const licenseListRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'licenses',
    validateSearch: searchOf(...addressFilters, 'sort', 'page', 'text'),
    component: lazyRouteComponent(() => import('./licenses-page'), 'LicensesPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'licenses/new',
    component: lazyRouteComponent(() => import('./issue-page'), 'IssuePage'),
  }),
] as const
