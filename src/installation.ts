import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { openClientAddresses } from './access/client-addresses'
import { openCredentialCache } from './access/credential-cache'
import { openGuessLimiter } from './access/guess-limiter'
import { openPeers } from './access/peers'
import { openLimiter } from './access/rate-limit'
import { auditPurpose } from './audit/link'
import { openCallLog } from './call-log/recorder'
import type { Config } from './config'
import { openCheckpoints } from './database/checkpoints'
import {
  giveToOwner,
  requireDatabase,
  requireDataFolder,
  requireFinished,
  requireOwnFiles,
  sealingKeyIn,
} from './database/data-folder'
import { inspectPlace, migratePlace, openPlace } from './database/engine'
import { isLockFailure } from './database/failure'
import { heldByAnother, requireLock, requireWritable, withoutLocks } from './database/folder-access'
import { openLastSeenBuffer } from './database/last-seen'
import { givesLocks, isHeld } from './database/lock'
import { requireUnmoved } from './database/moved'
import { databasePlaceOf } from './database/place'
import type { Deps } from './deps'
import { openExactlyOnce } from './exactly-once/exactly-once'
import { openOperatorRequests } from './exactly-once/operator-requests'
import { touchActivations } from './features/activations/service'
import { notingArrivals } from './features/downloads/unused'
import { openBodyBudget } from './intake/body-budget'
import type { Author } from './kernel/author'
import { type Clock, systemClock } from './kernel/clock'
import { counted } from './kernel/counted'
import { type Log, silent } from './kernel/log'
import { openProgressBoard } from './kernel/progress'
import { openMetrics } from './metrics/metrics'
import { liveConfig, settingsOfLastRead } from './settings/live'
import { requireAgreement } from './settings/policy'
import { publishSettings, withdrawSettings, withRunningSettings } from './settings/running'
import { makeGlobalKey } from './signing/global-key'
import type { KeySize } from './signing/key-pair'
import { openKeyRing } from './signing/key-ring'
import { makeMissingCompanions } from './signing/pairing'
import { openPrivateEncryptor } from './signing/private-encrypt'
import { sealWith } from './signing/seal'
import { createSealer, readSealer, requireFittingSealer } from './signing/sealing'
import { findSealingFingerprint } from './signing/service'
import { signTextWith } from './signing/sign-text'
import { openSigningQueue } from './signing/signing-queue'
import { openKeyUses } from './signing/uses'
import { openStorage } from './storage/storage'
import { adoptRestored } from './upkeep/backup/upload'
import { tieToSealer } from './upkeep/reseal'

/** An open data folder. */
export interface Installation extends Deps {
  /** What opening it has created, in words. */
  readonly made: readonly string[]
  /** Whether a server, in this process or another, is using the folder now. */
  isServed(): boolean
  /** Resolves when a request has asked the server to start again. */
  readonly restartAsked: Promise<void>
  /** Writes what is still in memory, closes the database and releases the folder. */
  close(): Promise<void>
}

export interface Opening {
  config: Config
  /** Opens as a server, which locks the folder; commands work beside it. */
  asServer?: boolean
  /** Creates the folder if it is missing, as a server always does; without it a command refuses. */
  makesFolder?: boolean
  /** The author of changes that name no other; by default `server` or `command line`. */
  author?: Author
  clock?: Clock
  log?: Log
  keySize?: KeySize
}

/**
 * Opens a data folder. A server, or a caller with `makesFolder`, creates what is missing: the folder, the sealing key,
 * the database, the global key pair. Throws an `OperatorError` for any obstacle, before it writes anything.
 */
export async function openInstallation(opening: Opening): Promise<Installation> {
  const folder = resolve(opening.config.data_dir)
  const isMaking = opening.makesFolder ?? opening.asServer ?? false
  if (!isMaking) requireDataFolder(folder)
  // A path below a file is not a folder.
  if (existsSync(folder) && statSync(folder).isDirectory()) requireOwnFiles(folder, opening.asServer ?? false)
  else requireWritable(folder)
  try {
    return await openFolder(folder, isMaking, opening)
  } catch (error) {
    if (!isLockFailure(error) || givesLocks(folder)) throw error
    throw withoutLocks(folder)
  }
}

async function openFolder(folder: string, isMaking: boolean, opening: Opening): Promise<Installation> {
  const { asServer = false, clock = systemClock, log = silent, keySize = 4096 } = opening
  adoptRestored(folder)
  const sealingKey = sealingKeyIn(folder)
  const existingSealer = readSealer(sealingKey)
  const config = asServer ? opening.config : withRunningSettings(opening.config, folder, existingSealer)
  const place = databasePlaceOf(config, folder)
  if (!isMaking && place.engine === 'sqlite') requireDatabase(folder)
  const found = await inspectPlace(place)
  requireUnmoved(place, found)
  if (!isMaking) requireFinished(folder, found?.sealingFingerprint !== undefined)
  if (found?.sealingFingerprint) requireFittingSealer(existingSealer, found.sealingFingerprint, sealingKey)
  if (asServer) requireAgreement(found && existingSealer ? liveConfig(config, found, existingSealer) : config)

  const made: string[] = []
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    made.push(`the folder ${folder}`)
  }
  // A command never migrates under a running server, and two first starts never run at once.
  const isWhole = found?.isCurrent && found.sealingFingerprint === existingSealer?.fingerprint
  const lock = asServer || !isWhole ? requireLock(folder) : undefined
  try {
    if (lock) withdrawSettings(folder)
    // Checked again: another first start may have been faster.
    const metSealer = existingSealer ?? readSealer(sealingKey)
    const sealer = metSealer ?? (await createSealer(sealingKey))
    if (!metSealer) made.push('a sealing key')
    if (place.engine === 'sqlite') {
      // SQLite gives the files it creates beside it the same permissions.
      if (!found) closeSync(openSync(place.path, 'a', 0o600))
      giveToOwner(folder)
      // Another folder may link to the same file.
      if (lock && !lock.alsoHold(place.path)) throw heldByAnother(folder)
    } else giveToOwner(folder)
    const { copy } = await migratePlace(place, clock())
    if (copy) made.push(`a copy of the database as it was, ${copy}`)
    if (!found) made.push('the database')
    const author = opening.author ?? { actor: asServer ? 'server' : 'command line' }
    const auditKey = sealer.derive(auditPurpose)
    const db = await openPlace(place, author, { servedFrom: asServer ? folder : undefined, auditKey })
    if (found?.sealingFingerprint !== sealer.fingerprint) {
      await db.write(async (tx) => {
        const fingerprint = await findSealingFingerprint(tx)
        // Another server may have been faster to make the same database its own.
        if (fingerprint) requireFittingSealer(sealer, fingerprint, sealingKey)
        await tieToSealer(tx, fingerprint, { sealer, auditKey })
      })
    }
    const keyId = await makeGlobalKey(db, sealer, keySize, clock())
    if (keyId) made.push(`a global RSA-${keySize} signing key, ${keyId}`)
    const paired = await makeMissingCompanions({ db, sealer, clock })
    if (paired.length) made.push(`a P-256 companion for ${counted(paired.length, 'signing key')}`)
    if (asServer) {
      publishSettings(folder, config, sealer)
      giveToOwner(folder)
    }
    if (!asServer) lock?.release()
    return buildDeps(
      {
        config,
        isServer: asServer,
        isServed: () => asServer || isHeld(folder),
        clock,
        log,
        db,
        database: place,
        folder,
        sealer,
        made,
      },
      () => {
        if (!asServer) return
        withdrawSettings(folder)
        lock?.release()
      },
    )
  } catch (error) {
    lock?.release()
    throw error
  }
}

function buildDeps(
  base: Pick<
    Installation,
    'config' | 'isServer' | 'isServed' | 'clock' | 'log' | 'db' | 'database' | 'folder' | 'sealer' | 'made'
  >,
  letGo: () => void,
) {
  const { db, clock, sealer } = base
  const config = liveConfig(base.config, db, sealer)
  const answerConfig = settingsOfLastRead(config, base.config)
  const keys = openKeyRing(db, sealer)
  const encryptor = openPrivateEncryptor(() => new Worker(new URL('./rsa-worker.ts', import.meta.url).href))
  const startCheckpoints = () => new Worker(new URL('./checkpoint-worker.ts', import.meta.url).href)
  const { database, isServer } = base
  const checkpoints =
    isServer && database.engine === 'sqlite' ? openCheckpoints(database.path, startCheckpoints) : undefined
  const credentials = openCredentialCache(db, clock)
  const peers = openPeers()
  const limit = openLimiter()
  const keyUses = openKeyUses(db)
  const metrics = openMetrics()
  const { promise: restartAsked, resolve: restart } = Promise.withResolvers<void>()
  const signatures = openSigningQueue()
  const choice = () => answerConfig.call_log
  const bytesPerDay = () => answerConfig.call_log_megabytes_per_day * 1_000_000
  const calls = openCallLog({ db, clock, answered: metrics.routes, choice, bytesPerDay, counts: metrics.calls })
  const lastSeen = openLastSeenBuffer(db, touchActivations)
  return {
    ...base,
    config,
    answerConfig,
    files: notingArrivals(openStorage(base.config, base.folder), db, clock),
    keys,
    signatures,
    seal: sealWith(keys, keyUses, { signatures, counts: metrics.signatures }),
    signText: signTextWith(keys, keyUses, signatures),
    privateEncrypt: encryptor.encrypt,
    credentials,
    limit,
    guesses: openGuessLimiter(config, limit),
    peers,
    clientAddresses: openClientAddresses({ config: answerConfig, peers, db, log: base.log, clock }),
    bodies: openBodyBudget(config.body_timeout),
    once: openExactlyOnce({ db, config, limit }),
    operatorRequests: openOperatorRequests({ sealer, config, limit }),
    lastSeen,
    metrics,
    progress: openProgressBoard(),
    calls,
    restart,
    restartAsked,
    async close() {
      encryptor.close()
      metrics.close()
      await calls.close()
      await lastSeen.close()
      await keyUses.close()
      await credentials.close()
      await checkpoints?.close()
      await db.close()
      giveToOwner(base.folder)
      letGo()
    },
  }
}
