import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { searchOf } from '../parts/address'
import { root } from '../root'
import { deliveryFilterNames } from './filter-names'

export const webhookRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: 'webhooks',
    component: lazyRouteComponent(() => import('./webhooks-page'), 'WebhooksPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'webhooks/$webhook',
    validateSearch: searchOf(...deliveryFilterNames, 'page'),
    component: lazyRouteComponent(() => import('./webhook-page'), 'WebhookPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'webhook-events',
    validateSearch: searchOf('event'),
    component: lazyRouteComponent(() => import('./events-page'), 'EventsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'deliveries',
    validateSearch: searchOf(...deliveryFilterNames, 'page'),
    component: lazyRouteComponent(() => import('./deliveries-page'), 'DeliveriesPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'deliveries/$delivery',
    component: lazyRouteComponent(() => import('./delivery-page'), 'DeliveryPage'),
  }),
] as const
