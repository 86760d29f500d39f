import { dlopen, type Pointer, read } from 'bun:ffi'
import { Database } from 'bun:sqlite'
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'

// A command that checks the lock holds it for a moment itself.
const patienceMs = 200
const pauseMs = 20

const exclusive = 2
const shared = 1
const atOnce = 4

/** The system libraries with `flock`. Windows keeps open files from being removed and needs none. */
const linux = ['libc.so.6', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`]
const darwin = ['libSystem.B.dylib']

/** Held until it is released or the process ends, even by a crash. */
export interface Lock {
  /** Also locks a file, under any of its names; false when another process holds it. */
  alsoHold(path: string): boolean
  release(): void
}

/** The file that holds a data folder's lock. */
export const lockIn = (folder: string) => join(folder, 'server.lock')

/**
 * Locks a folder for one server; undefined when another process holds it. Locks the folder itself, in case
 * `server.lock` is removed, and that file, since not every file system can lock folders.
 */
export function holdLock(folder: string): Lock | undefined {
  const held: (() => void)[] = []
  const release = () => {
    for (const free of held.reverse()) free()
  }
  const alsoHold = (path: string) => {
    const free = lockWhole(path, exclusive)
    if (free) held.push(free)
    return free !== undefined
  }
  if (!alsoHold(folder)) return undefined
  try {
    const free = lockFile(lockIn(folder))
    if (free) return { alsoHold, release: () => [release(), free()] }
  } catch (error) {
    release()
    throw error
  }
  release()
  return undefined
}

/** Whether a server holds the folder now. */
export function isHeld(folder: string): boolean {
  const free = lockWhole(folder, shared)
  free?.()
  if (!free) return true
  const path = lockIn(folder)
  if (!existsSync(path)) return false
  const raw = new Database(path)
  try {
    raw.run('select 1 from sqlite_master')
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    raw.close()
  }
}

/** Whether files in the folder can be locked at all, tried on a fresh file. */
export function givesLocks(folder: string): boolean {
  const place = mkdtempSync(join(folder, '.lock-probe-'))
  try {
    const free = lockFile(join(place, 'probe'))
    free?.()
    return free !== undefined
  } catch {
    return false
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** Takes an exclusive SQLite lock on a file; undefined when another process holds it. */
function lockFile(path: string): (() => void) | undefined {
  const raw = new Database(path)
  try {
    raw.run(`pragma busy_timeout = ${patienceMs}`)
    raw.run('begin exclusive')
  } catch (error) {
    raw.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return () => {
    raw.run('rollback')
    raw.close()
  }
}

/**
 * Takes the system's lock on a whole file or folder, independent of all other locks. Undefined when another process
 * holds it; locks nothing if the system has no such lock.
 */
function lockWhole(path: string, kind: number): (() => void) | undefined {
  const system = wholeLocks()
  if (!system) return () => {}
  const descriptor = openSync(path, constants.O_RDONLY)
  let isTaken = false
  // Only an exclusive lock can collide with the short shared locks of checks.
  const patience = kind === exclusive ? patienceMs : 0
  for (let waited = 0; waited <= patience; waited += pauseMs) {
    if (system.flock(descriptor, kind | atOnce) === 0) return () => closeSync(descriptor)
    isTaken ||= read.i32(system.errno()!) === system.wouldBlock
    if (!isTaken) break
    Bun.sleepSync(pauseMs)
  }
  closeSync(descriptor)
  return isTaken ? undefined : () => {}
}

/** The system's `flock`, if it has one. */
function wholeLocks() {
  const [names, errnoName, wouldBlock] =
    process.platform === 'darwin' ? [darwin, '__error', 35] : [linux, '__errno_location', 11]
  if (process.platform === 'win32') return undefined
  for (const name of names) {
    try {
      const { symbols } = dlopen(name, {
        flock: { args: ['i32', 'i32'], returns: 'i32' },
        [errnoName]: { args: [], returns: 'ptr' },
      })
      return {
        flock: symbols.flock as (descriptor: number, operation: number) => number,
        errno: symbols[errnoName] as () => Pointer | null,
        wouldBlock,
      }
    } catch {
      // The library has another name on this system.
    }
  }
  return undefined
}

const isBusy = (error: unknown) => (error as { code?: string }).code === 'SQLITE_BUSY'
