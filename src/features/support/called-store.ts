import { and, eq, sql } from 'drizzle-orm'
import { activations, licenses } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { beginsWith } from '../../database/page'

const picked = { id: licenses.id, licenseKey: licenses.licenseKey }
const devicesMax = 1000

/** Licences on which a device holds or held a seat. */
export const listLicensesOfDevice = (db: Queryable, identifier: string) =>
  db
    .select(picked)
    .from(activations)
    .innerJoin(licenses, eq(licenses.id, activations.licenseId))
    .where(eq(activations.identifier, identifier))
    .limit(devicesMax)

/** Licences whose keys begin and end with these characters. */
export const listLicensesLike = (db: Queryable, start: string, end: string) =>
  db
    .select(picked)
    .from(licenses)
    .where(
      and(
        beginsWith(sql`${licenses.licenseKey}`, start),
        sql`${licenses.licenseKey} like ${`%${escaped(end)}`} escape '\\'`,
      ),
    )

const escaped = (text: string) => text.replace(/[\\%_]/g, (character) => `\\${character}`)
