import { Type } from '@sinclair/typebox'

/** The parts of a download URL (CONTRACT §7), validated by the service: every fault is 700 or 701. */
export const DownloadLink = Type.Object({
  token: Type.String({ description: 'The temporary token of a link from `access-downloadables`, or an API key.' }),
  license_key: Type.String(),
  identifier: Type.String({ description: 'The identifier in base64.' }),
  numeric_version: Type.String({ description: 'The release: 102 for 1.0.2.' }),
})
