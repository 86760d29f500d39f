import m0000 from './0000_foundation.sql' with { type: 'text' }

/** Every migration of a PostgreSQL database, oldest first. A test compares what they make with the schema. */
export const postgresMigrations = [{ tag: '0000_foundation', sql: m0000 }]
