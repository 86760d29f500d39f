import { useSyncExternalStore } from 'react'
import type { Answer } from './client'
import type { ApiError } from './errors'

/** How a user can prove who they are. */
export type ProofMethod = Answer<'GET /session'>['proof_methods'][number]

interface Waiting {
  error: ApiError
  resume(): void
  giveUp(error: ApiError): void
}

let waiting: readonly Waiting[] = []
const listeners = new Set<() => void>()

function set(next: readonly Waiting[]) {
  waiting = next
  for (const listener of listeners) listener()
}

/** Asks in a dialog who the user is, and resolves once they have proven it. Throws the refusal if they give up. */
export const requireProof = (error: ApiError) =>
  new Promise<void>((resume, giveUp) => set([...waiting, { error, resume, giveUp }]))

/** Lets every request that waits for the proof go on. */
export function proven() {
  const resumed = waiting
  set([])
  for (const { resume } of resumed) resume()
}

/** Refuses every request that waits for the proof. */
export function proofGivenUp() {
  const refused = waiting
  set([])
  for (const { error, giveUp } of refused) giveUp(error)
}

/** The refusal of a request that waits for a proof; undefined if none does. */
export const useProofRequired = (): ApiError | undefined =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => waiting[0]?.error,
  )
