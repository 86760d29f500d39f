import { waitingRequests } from './waiting'

const waiting = waitingRequests<true>()

/** Asks for the password in a dialog, because the session has ended, and resolves once the user is logged in. */
export const requireLogIn = () => waiting.wait(true)

/** Lets every request that waits for the log-in go on. */
export const loggedInAgain = waiting.resumeAll

/** Whether a request waits for the user to log in again. */
export const useSessionEnded = () => waiting.useReason() ?? false
