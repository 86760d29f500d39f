import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Answer, call, type Input } from '../api/client'

type Found = Answer<'GET /customers'>

const asksMax = 30

/** A page of customers. Where the server looks long for them, it gives short pages: asks on until this one is full. */
export const useCustomers = ({ limit = 50, ...filters }: Input<'GET /customers'>) =>
  useQuery<Found>({
    queryKey: ['GET /customers', filters, limit],
    placeholderData: keepPreviousData,
    async queryFn({ signal }) {
      const found: Found = { customers: [], next: filters.after ?? null }
      for (let ask = 0; ask < asksMax; ask++) {
        const after = found.next ?? undefined
        const given = { ...filters, after, limit: limit - found.customers.length }
        const { customers, next } = await call('GET /customers', given, { signal })
        found.customers.push(...customers)
        found.next = next
        if (next === null || found.customers.length >= limit) break
      }
      return found
    },
  })
