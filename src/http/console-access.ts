import type { Config } from '../config'
import { addressSet } from '../kernel/addresses'
import { type Message, message, settingRef } from '../kernel/message'

/** Why the pages of the console are not served to an address; undefined if they are. */
export function consoleObstacle(config: Pick<Config, 'console' | 'console_readers'>, address: string) {
  return config.console === 'off'
    ? message`the console is off: see ${settingRef('console')}`
    : readerObstacle(config, address)
}

/** Why an address may use neither the console nor a session; undefined if it may. An empty list admits all. */
export function readerObstacle(
  { console_readers: readers }: Pick<Config, 'console_readers'>,
  address: string,
): Message | undefined {
  if (!readers.length || addressSet(readers).has(address)) return undefined
  return message`the console is not for ${address}: see ${settingRef('console_readers')}`
}
