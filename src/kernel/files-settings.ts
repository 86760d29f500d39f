import { ofProcess } from './setting'
import { asItIs, bucketUrl, serverUrlText, singleWord } from './setting-values'

/** The settings that say where the files of releases lie. */
export const filesSettings = {
  files_url: ofProcess(
    'Where the files of releases lie: `s3://bucket/prefix` for S3-compatible storage. Empty: in the data folder.',
    '',
    bucketUrl,
  ),
  files_endpoint: ofProcess(
    'The address of that storage: `https://s3.example.com`. Empty: Amazon S3, in the region.',
    '',
    serverUrlText,
  ),
  files_region: ofProcess('The region of that storage.', 'us-east-1', singleWord),
  files_access_key: ofProcess('The access key of that storage.', '', asItIs),
  files_secret_key: ofProcess('The secret key of that storage.', '', asItIs),
} as const
