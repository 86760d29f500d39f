import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'
import { auditFilterNames } from './filter-names'

export const auditRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'audit',
    validateSearch: searchOf(...auditFilterNames, 'page'),
    component: lazyRouteComponent(() => import('./audit-page'), 'AuditPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'audit/$entry',
    component: lazyRouteComponent(() => import('./entry-page'), 'EntryPage'),
  }),
] as const
