import { ofProcess } from './setting'
import { databaseUrl, path } from './setting-values'

/** The settings that say where everything lies. */
export const dataSettings = {
  data_dir: ofProcess('The folder that holds everything: database, sealing key, files.', './data', path),
  database_url: ofProcess(
    'The PostgreSQL database that holds the data: `postgres://host/database`, with user and password before the host; several servers are separated by commas. Empty: SQLite in the data folder.',
    '',
    databaseUrl,
  ),
} as const
