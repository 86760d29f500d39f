import type { Answer } from './client'
import type { ApiError } from './errors'
import { waitingRequests } from './waiting'

/** How a user can prove who they are. */
export type ProofMethod = Answer<'GET /session'>['proof_methods'][number]

const waiting = waitingRequests<ApiError>()

/** Asks in a dialog who the user is, and resolves once they have proven it. Throws the refusal if they give up. */
export const requireProof = waiting.wait

/** Lets every request that waits for the proof go on. */
export const proven = waiting.resumeAll

/** Refuses every request that waits for the proof. */
export const proofGivenUp = waiting.giveUpAll

/** The refusal of a request that waits for a proof; undefined if none does. */
export const useProofRequired = waiting.useReason
