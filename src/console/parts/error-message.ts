import { Unreachable } from '../api/errors'
import type { partTexts } from './texts'

/** Why a request failed: the server's sentence, or that there was no answer. */
export const messageOf = (error: unknown, t: (typeof partTexts)['en']) =>
  error instanceof Unreachable ? t.unreachable : (error as Error).message
