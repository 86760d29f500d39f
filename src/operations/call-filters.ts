import { Type } from '@sinclair/typebox'
import { endpoints, routesNamed } from '../call-log/endpoints'
import { messages } from '../call-log/view'
import { list, text, toggle } from '../intake/model'
import { words } from './filters'

/** The filters that calls and their counts have in common. */
export const callFilters = {
  api_key: Type.Optional(text({ description: 'Only calls with this API key, by its id or name.' })),
  code: words([...messages.keys()], 'Only calls that were answered with one of these codes', ['205', '202,302,210']),
  failed: Type.Optional(toggle({ description: 'Only calls that were refused.' })),
  route: Type.Optional(
    list({
      description: 'Only calls of these endpoints',
      examples: ['verify', '/api/v1/verify', 'POST /api/v1/verify', 'verify,activate'],
      fault: (route) =>
        routesNamed(route).length ? undefined : `There is no endpoint "${route}": choose from ${endpoints.join(', ')}.`,
    }),
  ),
}
