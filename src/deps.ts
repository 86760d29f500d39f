import type { ClientAddresses } from './access/client-addresses'
import type { CredentialCache } from './access/credential-cache'
import type { GuessLimiter } from './access/guess-limiter'
import type { Peers } from './access/peers'
import type { Limiter } from './access/rate-limit'
import type { CallLog } from './call-log/recorder'
import type { Config } from './config'
import type { Db } from './database/database'
import type { LastSeenBuffer } from './database/last-seen'
import type { DatabasePlace } from './database/place'
import type { ExactlyOnce } from './exactly-once/exactly-once'
import type { OperatorRequests } from './exactly-once/operator-requests'
import type { BodyBudget } from './intake/body-budget'
import type { Clock } from './kernel/clock'
import type { Log } from './kernel/log'
import type { ProgressBoard } from './kernel/progress'
import type { Metrics } from './metrics/metrics'
import type { KeyRing } from './signing/key-ring'
import type { PrivateEncrypt } from './signing/private-encrypt'
import type { Seal } from './signing/seal'
import type { FolderSealer } from './signing/sealing'
import type { SignText } from './signing/sign-text'
import type { SigningQueue } from './signing/signing-queue'
import type { FileStorage } from './storage/storage'

/** The dependencies of requests, built once when the installation is opened. Types only: visible at every level. */
export interface Deps {
  readonly config: Config
  /** The settings of the last successful read, for what every answer needs, even if the stored ones cannot be read. */
  readonly answerConfig: Config
  /** Where the data lies. */
  readonly database: DatabasePlace
  /** The path of the data folder. */
  readonly folder: string
  /** Where the files of releases lie. */
  readonly files: FileStorage
  /** Whether this process serves requests, so that slow work must run in a subprocess. */
  readonly isServer: boolean
  readonly clock: Clock
  readonly db: Db
  readonly keys: KeyRing
  readonly seal: Seal
  readonly signText: SignText
  readonly sealer: FolderSealer
  readonly signatures: SigningQueue
  readonly privateEncrypt: PrivateEncrypt
  readonly credentials: CredentialCache
  readonly limit: Limiter
  readonly guesses: GuessLimiter
  readonly peers: Peers
  readonly clientAddresses: ClientAddresses
  readonly bodies: BodyBudget
  /** When each activation last called `verify`, by activation id. */
  readonly lastSeen: LastSeenBuffer
  readonly once: ExactlyOnce
  readonly operatorRequests: OperatorRequests
  readonly log: Log
  readonly metrics: Metrics
  /** The progress of long work in this process. */
  readonly progress: ProgressBoard
  readonly calls: CallLog
  /** Asks the server to stop and to start again, after the request that asks. */
  restart(): void
}
