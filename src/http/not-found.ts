import { Elysia } from 'elysia'
import type { Deps } from '../deps'
import { say } from '../kernel/outcome'
import { redirectToConsole } from './console'

/** Requests without a route: 9405 with the methods of the path, 9404 if the path has none. */
export const notFound = ({ config }: Deps, methodsOf: (path: string) => string[]) =>
  new Elysia().all('/*', ({ path, request, set }) => {
    const redirect = redirectToConsole(request, path, config)
    if (redirect) return redirect
    const methods = methodsOf(path)
    if (!methods.length) {
      return say('no_such_endpoint', { detail: 'Endpoints stand under /api/v1, for example POST /api/v1/verify.' })
    }
    set.headers.allow = methods.join(', ')
    return say('method_not_allowed', { detail: `Use ${methods.join(' or ')}.` })
  })
