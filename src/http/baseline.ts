import type { TObject } from '@sinclair/typebox'
import { Elysia } from 'elysia'

/** The framework alone: accepts a body of that model and always gives one answer. The baseline of `bench`. */
export const baselineApp = (model: TObject, answer: string) =>
  new Elysia().post(
    '/api/v1/verify',
    ({ body }) => (body ? new Response(answer, { headers: { 'content-type': 'application/json' } }) : undefined),
    { body: model },
  )
