import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const settingRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'settings',
    validateSearch: searchOf('text'),
    component: lazyPage(() => import('./settings-page'), 'SettingsPage'),
  }),
] as const
