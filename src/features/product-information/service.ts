import type { Static } from '@sinclair/typebox'
import type { Product } from '../../../db/schema/catalog'
import type { Config } from '../../config'
import type { Queryable } from '../../database/connection'
import { dateTime } from '../../kernel/moments'
import { say } from '../../kernel/outcome'
import { publicKeyFor } from '../../signing/service'
import { pagePublishedReleases } from '../downloads/service'
import type { ProductChoice } from '../products/model'
import { presentProduct, resolveProduct } from '../products/service'
import { type ChangelogChoice, type PublicChangelog, releasesMax } from './model'

type Choice = Static<typeof ProductChoice>

/** Which public key: the one in force at that moment, for that algorithm. */
type WantedKey = Parameters<typeof publicKeyFor>[2]

/** 631 with the product and all its names, 551 for an unknown product. */
export async function getProduct(db: Queryable, { product_id }: Choice) {
  const product = await resolveProduct(db, product_id)
  if (!product) return say('product_not_found')
  const { uuid, slug, features } = product
  const { id, ...row } = await presentProduct(db, product)
  return say('product_found', { product: { id, uuid, slug, ...row, features } }).signedFor(id)
}

/** 631 with the product's metadata alone, 551 for an unknown product. */
export async function getProductMeta(db: Queryable, { product_id }: Choice) {
  const product = await resolveProduct(db, product_id)
  if (!product) return say('product_not_found')
  const { meta_data } = await presentProduct(db, product)
  return say('product_found', { meta_data }).signedFor(product.id)
}

/**
 * 1600 with a page of the changelog, `next_page` if there is more, 1601 or 1602 if it is switched off, 551 for an
 * unknown product.
 */
export async function getProductChangelog(db: Queryable, input: Static<typeof ChangelogChoice>, config: Config) {
  if (config.changelog === 'off') return say('changelog_disabled_globally')
  return changelogOf(db, await resolveProduct(db, input.product_id), input)
}

/** The public page of a product, found by slug only: a product without a slug has none. */
export async function readChangelog(db: Queryable, input: Static<typeof PublicChangelog>, config: Config) {
  const { slug } = input
  if (config.changelog === 'off') return say('changelog_disabled_globally')
  const product = await resolveProduct(db, slug)
  return changelogOf(db, product?.slug === slug ? product : undefined, input)
}

/**
 * 632 with the public key that verifies the product's answers: its own, else the global one. 633 if there is neither,
 * 551 for an unknown product.
 */
export async function getProductPublicKey(db: Queryable, { product_id }: Choice, wanted: WantedKey) {
  const product = await resolveProduct(db, product_id)
  if (!product) return say('product_not_found')
  const publicPem = await publicKeyFor(db, product.id, wanted)
  if (publicPem === undefined) return say('product_public_key_not_found').signedFor(product.id)
  const { id, uuid, slug, name } = product
  return say('product_public_key_found', { public_key: publicPem, product: { id, uuid, slug, name } }).signedFor(id)
}

/** The public key as a bare PEM file, the global one if no product is named; undefined for an unknown product. */
export async function readPublicKey(db: Queryable, { product_id }: Choice, wanted: WantedKey) {
  if (product_id === undefined) return publicKeyFor(db, undefined, wanted)
  const product = await resolveProduct(db, product_id)
  return product && publicKeyFor(db, product.id, wanted)
}

interface Page {
  page?: number
  per_page?: number
}

async function changelogOf(
  db: Queryable,
  product: Product | undefined,
  { page = 1, per_page: limit = releasesMax }: Page,
) {
  if (!product) return say('product_not_found')
  if (!product.changelogEnabled) return say('changelog_disabled_for_product').signedFor(product.id)
  const { name, slug } = product
  const offset = (page - 1) * limit
  const releases = await pagePublishedReleases(db, product.id, { limit: limit + 1, offset })
  return say('changelog_retrieved', {
    product: { name, slug },
    changelog: releases.slice(0, limit).map(({ version, releaseDate, updateSummary, changelog }) => ({
      version,
      release_date: dateTime(releaseDate),
      update_summary: updateSummary,
      changelog,
    })),
    ...(releases.length > limit && { next_page: page + 1 }),
  }).signedFor(product.id)
}
