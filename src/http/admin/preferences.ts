import { Type } from '@sinclair/typebox'
import { changePreferences, PreferencesChange, PreferencesView, preferencesView } from '../../users/preferences'
import { done } from './answers'
import { asUser, whoIn } from './identity'
import { type AdminRoute, adminRoute } from './route'

const show = adminRoute({
  route: 'GET /session/preferences',
  role: 'viewer',
  isSetup: true,
  summary: 'show your preferences for the console',
  input: Type.Object({}),
  output: PreferencesView,
  answer: async (_, adminRequest) => done(preferencesView(whoIn(adminRequest).user.preferences)),
})

const change = adminRoute({
  route: 'PUT /session/preferences',
  role: 'viewer',
  isSetup: true,
  summary: 'change your preferences for the console; fields you leave out keep their values',
  input: PreferencesChange,
  output: PreferencesView,
  async answer({ db }, adminRequest, changes) {
    const { user } = whoIn(adminRequest)
    const changed = await asUser(db, adminRequest).write((tx) => changePreferences(tx, user, changes, adminRequest.now))
    return done(preferencesView(changed))
  },
})

/** How a user wants the console to be. */
export const preferenceRoutes = [show, change] as const satisfies readonly AdminRoute[]
