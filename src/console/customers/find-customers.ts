import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Answer, call, type Input } from '../api/client'
import { fullPage } from '../api/full-page'

type Page = Answer<'GET /customers'>

/** A page of customers. */
export const useCustomers = ({ limit = 50, after, ...filters }: Input<'GET /customers'>) =>
  useQuery<Page>({
    queryKey: ['GET /customers', 'page', filters, after, limit],
    placeholderData: keepPreviousData,
    async queryFn({ signal }) {
      const { rows, next } = await fullPage<Page['customers'][number]>(
        async (part) => {
          const page = await call('GET /customers', { ...filters, ...part }, { signal })
          return { rows: page.customers, next: page.next }
        },
        { after, limit },
      )
      return { customers: rows, next }
    },
  })
