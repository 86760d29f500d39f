import type { TObject } from '@sinclair/typebox'
import { Elysia } from 'elysia'

/** The framework alone: takes a body of that model and always gives the same answer. What `bench` measures against. */
export const baselineApp = (model: TObject, answer: string) =>
  new Elysia().post(
    '/api/v1/verify',
    ({ body }) => (body ? new Response(answer, { headers: { 'content-type': 'application/json' } }) : undefined),
    { body: model },
  )
