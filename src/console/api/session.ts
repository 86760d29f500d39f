import { useQuery } from '@tanstack/react-query'
import { type Answer, call } from './client'

export type Session = Answer<'GET /session'>
export type Role = Session['role']

const ranks: readonly string[] = ['viewer', 'support', 'operator', 'owner']

/** Whether a role permits what needs at least the other. */
export const isAtLeast = (role: string, least: string) => ranks.indexOf(role) >= ranks.indexOf(least)

/** The logged-in user; an error of status 401 if there is none. */
export const useSession = () =>
  useQuery({ queryKey: ['GET /session'], queryFn: ({ signal }) => call('GET /session', {}, { signal }) })

/** Whether the logged-in user may use what needs at least this role. */
export const useMay = (least: string) => isAtLeast(useSession().data?.role ?? '', least)
