import { test } from 'bun:test'
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'

/** The server of PostgreSQL that tests run on, where one is named; SQLite otherwise. */
export const testServer = process.env.LATCHKEY_TEST_DATABASE

/** A test of what only the file of SQLite has. */
export const testOfFile = test.skipIf(testServer !== undefined)

/** The address of the database that belongs to a data folder; undefined on SQLite. */
export function databaseAddress(folder: string): string | undefined {
  if (!testServer) return undefined
  const address = new URL(testServer)
  address.pathname = `/latchkey_${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 20)}`
  return address.href
}

/** Makes an empty database for a data folder, unless it has one; returns the variables of a process that uses it. */
export function databaseOf(folder: string): Record<string, string> {
  const address = databaseAddress(folder)
  if (!address) return {}
  const name = new URL(address).pathname.slice(1)
  const { stderr, exitCode } = sql(`create database ${name} encoding 'UTF8' template template0`)
  if (exitCode !== 0 && !/already exists/.test(`${stderr}`)) throw new Error(`${stderr}`)
  return { LATCHKEY_DATABASE_URL: address }
}

/** The variables of a process that uses the database of a data folder, which may be missing. */
export function addressOf(folder: string): Record<string, string> {
  const address = databaseAddress(folder)
  return address ? { LATCHKEY_DATABASE_URL: address } : {}
}

/** Removes the database of a data folder. */
export function dropDatabase(folder: string) {
  const address = databaseAddress(folder)
  if (address) sql(`drop database if exists ${new URL(address).pathname.slice(1)} with (force)`)
}

const sql = (text: string) =>
  Bun.spawnSync(['psql', '-qAtX', '-v', 'ON_ERROR_STOP=1', testServer!, '-c', text], { stderr: 'pipe' })
