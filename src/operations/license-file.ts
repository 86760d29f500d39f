import { Type } from '@sinclair/typebox'
import { identifier } from '../features/activations/model'
import { requireLicense } from '../features/licenses/operator'
import { licenseReference } from '../features/licenses/operator-model'
import { fileKinds, makeFileForCustomer, recordFileIssued } from '../features/offline/operator'
import { graceDaysMax } from '../features/products/model'
import { explainDevice } from '../features/support/explain'
import { choice, integer } from '../intake/model'
import { fieldRef, message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { view, word } from '../kernel/view'
import { signatureAlgorithms } from '../signing/signature'
import { operation } from './operation'

const fileNames = { lic: 'license.lic', json: 'license.json' } as const

export const issueLicenseFile = operation({
  command: 'license file',
  route: 'POST /licenses/:license_key/file',
  bare: ['identifier'],
  role: 'operator',
  summary: 'make the offline file of a device for a customer, as its software would get it',
  input: Type.Object({
    license_key: licenseReference(),
    identifier: identifier(),
    kind: Type.Optional(
      choice(fileKinds, {
        description:
          'lic, encrypted and valid until the licence ends, or json, signed and valid for a day; default lic.',
      }),
    ),
    grace_days: Type.Optional(
      integer({
        minimum: 0,
        maximum: graceDaysMax,
        description: 'Days the software may go on after a json file has lapsed; the product may grant fewer.',
      }),
    ),
    signature_algorithm: Type.Optional(
      choice(signatureAlgorithms, {
        description: 'How a json file is signed: by the RSA key (RS256, the default), or by its companion (ES256).',
      }),
    ),
  }),
  output: view('LicenseFile', {
    license_key: Type.String(),
    identifier: Type.String(),
    kind: word(fileKinds),
    file_name: Type.String({ description: 'A name to store it under.' }),
    content: Type.String({ description: 'The whole file, as text.' }),
  }),
  async run(context, { license_key: reference, identifier: device, kind = 'lic', ...options }) {
    const { db, now } = context
    const { grace_days: graceDays = 0, signature_algorithm: algorithm = 'RS256' } = options
    if (kind === 'lic' && algorithm !== 'RS256') {
      throw new OperatorError(
        message`a lic file is encrypted with the RSA key: ask for json with ${fieldRef('kind')}, or leave ${fieldRef('signature_algorithm')} out`,
        'invalid_input',
      )
    }
    const license = await requireLicense(db.read, reference)
    const { licenseKey: license_key } = license
    const { verify } = await explainDevice(context, { license_key, identifier: device }, now)
    if (verify.answer.name !== 'valid_license_key') {
      const reason = remedy('license explain', { license_key: reference, identifier: device })
      throw new OperatorError(
        message`"${device}" gets no file, as its software is answered ${verify.answer.code}, "${verify.answer.message}": see ${reason}`,
      )
    }
    const request = { license, identifier: device, kind, graceDays, algorithm }
    const content = await makeFileForCustomer(context, request, now)
    await db.write((tx) => recordFileIssued(tx, request, now))
    return { license_key, identifier: device, kind, file_name: fileNames[kind], content }
  },
  show: ({ content }) => [{ file: content }],
})
