import { UnavailableError } from '../kernel/unavailable'

const troubles = [
  {
    what: /^(401|403|AccessDenied|\w*AccessKey\w*|Signature\w*|RequestTimeTooSkewed|InvalidToken|ExpiredToken)$/,
    sentence: 'refuses this key',
    remedy:
      'check files_access_key, files_secret_key and files_region, what the key may do, and the clock of this machine',
  },
  {
    what: /^(301|307|404|NoSuchBucket|InvalidBucketName|PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|NoSuchKey)$/,
    sentence: 'does not have that',
    remedy: 'check the bucket in files_url, files_endpoint and files_region',
  },
]
const usual = {
  sentence: 'does not answer as it should',
  remedy: 'check that it runs and that this machine reaches it at files_endpoint, then try again',
}

/** What a bucket's answer or silence means: a sentence with the remedy. Never repeats an address, which is signed. */
export function bucketFailure(place: string, error: unknown): UnavailableError {
  const { status, code } = (error ?? {}) as { status?: number; code?: string }
  const reason = code ?? String(status ?? 'it broke off')
  const { sentence, remedy } = troubles.find(({ what }) => what.test(code ?? '') || what.test(String(status))) ?? usual
  return new UnavailableError(`the storage of files, ${place}, ${sentence} (${reason}): ${remedy}`)
}

export const foreignToken = (place: string) =>
  new UnavailableError(
    `the storage of files, ${place}, cannot be asked with the session token of another key: take AWS_SESSION_TOKEN and S3_SESSION_TOKEN out of the variables of this process`,
  )
