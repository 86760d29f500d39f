import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'

export const settingRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'settings',
    validateSearch: searchOf('text'),
    component: lazyRouteComponent(() => import('./settings-page'), 'SettingsPage'),
  }),
] as const
