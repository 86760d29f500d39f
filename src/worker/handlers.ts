import type { House } from '../house'
import type { Handled } from '../jobs/job'

/** Which job is done by which service. */
export const handlers = (_house: House): Handled[] => []
