import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../api/lazy-page'
import { searchOf } from '../parts/address'
import { root } from '../root'
import { deliveryFilterNames } from './filter-names'

export const webhookRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'webhooks',
    component: lazyPage(() => import('./webhooks-page'), 'WebhooksPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'webhooks/$webhook',
    validateSearch: searchOf(...deliveryFilterNames, 'page'),
    component: lazyPage(() => import('./webhook-page'), 'WebhookPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'webhook-events',
    validateSearch: searchOf('event'),
    component: lazyPage(() => import('./events-page'), 'EventsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'deliveries',
    validateSearch: searchOf(...deliveryFilterNames, 'page'),
    component: lazyPage(() => import('./deliveries-page'), 'DeliveriesPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'deliveries/$delivery',
    component: lazyPage(() => import('./delivery-page'), 'DeliveryPage'),
  }),
] as const
