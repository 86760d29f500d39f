import { startCheckpoints } from './database/checkpoint-loop'

/** The database to checkpoint, and how often. */
export interface CheckpointRequest {
  readonly path: string
  readonly everyMs: number
}

declare const self: Worker

let stop = () => {}

self.onmessage = ({ data }: MessageEvent<CheckpointRequest | 'end'>) => {
  if (data !== 'end') {
    stop = startCheckpoints(data.path, data.everyMs)
    return
  }
  stop()
  self.postMessage('ended')
}
