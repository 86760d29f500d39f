import type { License } from '../../../db/schema/licensing'
import { record } from '../../audit/record'
import type { Tx } from '../../database/connection'
import type { Deps } from '../../deps'
import { OperatorError } from '../../kernel/operator-error'
import type { Outcome } from '../../kernel/outcome'
import type { SignatureAlgorithm } from '../../signing/signature'
import { getLicenseFile, makeOfflineFile } from './service'

export const fileKinds = ['lic', 'json'] as const

/** A file for a device without a network: `.lic` until the licence ends, or signed JSON for a day plus grace. */
export interface FileRequest {
  license: License
  identifier: string
  kind: (typeof fileKinds)[number]
  graceDays: number
  /** The algorithm of a JSON file's signature. */
  algorithm: SignatureAlgorithm
}

/** Makes the file that the device's software would get. Throws an `OperatorError` if it would get none. */
export async function makeFileForCustomer(
  deps: Deps,
  { license: { licenseKey }, identifier, kind, graceDays, algorithm }: FileRequest,
  now: Date,
): Promise<string> {
  const lane = { network: 'operator', subject: licenseKey }
  const asked = {
    now,
    requestId: '',
    algorithm,
    proof: {},
    inTurn: <T>(work: () => Promise<T>) => deps.signatures.run(lane, work),
  }
  const device = { license_key: licenseKey, identifier }
  if (kind === 'json') {
    const { text, refusal } = await makeOfflineFile(deps, { ...device, grace_period_days: graceDays }, asked)
    return text ?? refuse(refusal, identifier)
  }
  const outcome = await getLicenseFile(deps, device, asked)
  const { licFileContent } = outcome.data as { licFileContent?: string }
  return licFileContent ?? refuse(outcome, identifier)
}

function refuse({ answer }: Pick<Outcome, 'answer'>, identifier: string): never {
  if (answer === 'license_file_generation_failed') {
    throw new OperatorError('no file can be signed: the signing key is missing or cannot be opened')
  }
  throw new OperatorError(`"${identifier}" gets no file: its software is answered ${answer}`)
}

/** Records that an operator took the file of a device. */
export const recordFileIssued = (tx: Tx, { license, identifier, kind }: FileRequest, now: Date) =>
  record(tx, { verb: 'license.file-issued', id: license.id, after: { identifier, kind } }, now)
