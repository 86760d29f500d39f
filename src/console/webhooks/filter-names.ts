/** What the address of a list of deliveries may hold besides the page. */
export const deliveryFilterNames = ['state', 'event', 'from', 'to'] as const
