import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'
import { auditFilterNames } from './filter-names'

export const auditRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'audit',
    validateSearch: searchOf(...auditFilterNames, 'page'),
    component: lazyPage(() => import('./audit-page'), 'AuditPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'audit/$entry',
    component: lazyPage(() => import('./entry-page'), 'EntryPage'),
  }),
] as const
