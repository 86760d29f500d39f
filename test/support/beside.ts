import { readConfig } from '../../src/config'
import { type House, openHouse } from '../../src/house'
import type { TestHouse } from './house'

/** Does what has no door yet, on the folder of a running server. */
export async function beside<T>({ folder }: TestHouse, work: (house: House) => Promise<T>): Promise<T> {
  const house = await openHouse({ config: readConfig({}, { LATCHKEY_DATA_DIR: folder }) })
  try {
    return await work(house)
  } finally {
    await house.close()
  }
}
