import { orders } from '../features/assignments/order'
import type { House } from '../house'
import type { Handled } from '../jobs/job'

/** Which job is done by which service. */
export const handlers = (house: House): Handled[] => [orders(house)]
