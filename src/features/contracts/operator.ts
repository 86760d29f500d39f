import type { Static } from '@sinclair/typebox'
import type { Contract } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { counted } from '../../kernel/counted'
import { fieldRef, message, remedy } from '../../kernel/message'
import { onlyNamed } from '../../kernel/naming'
import { OperatorError } from '../../kernel/operator-error'
import { randomToken } from '../../kernel/secrets'
import { requireProduct } from '../products/service'
import { countContractKeys } from './keys/store'
import type { ContractEdit, NewContract } from './operator-model'
import { addContract, changeContract, removeContract } from './service'
import { findContract, findContractByKey, listContractsNamed } from './store'

/** The contract with that id, uuid, key or unique name. Throws an `OperatorError` if there is none. */
export async function requireContract(db: Queryable, reference: string): Promise<Contract> {
  const contract =
    (await findContract(db, reference)) ?? onlyNamed('contract', reference, await listContractsNamed(db, reference))
  if (contract) return contract
  throw new OperatorError(message`there is no contract "${reference}": see ${remedy('contract list')}`, 'not_found')
}

/** Creates a contract; its key is drawn unless given. */
export async function makeContract(
  tx: Tx,
  { product: reference, ...given }: Static<typeof NewContract>,
  now: Date,
): Promise<Contract> {
  const product = await requireProduct(tx, reference)
  if (given.contract_key) await requireUnused(tx, given.contract_key)
  const terms = {
    contract_key: randomToken('contract'),
    contract_information: '',
    status: 'active' as const,
    can_get_info: 1 as const,
    can_generate: 1 as const,
    can_destroy: 0 as const,
    can_destroy_all: 0 as const,
  }
  return addContract(tx, product, { ...terms, ...given }, now)
}

/** Changes the given fields; a quota never falls below its used part. */
export async function editContract(tx: Tx, input: Static<typeof ContractEdit>, now: Date): Promise<Contract> {
  const { contract: reference, product: productReference, ...terms } = input
  if (Object.keys(input).length < 2)
    throw new OperatorError(
      message`say what to change, for example ${fieldRef('license_keys_quantity', '200')}`,
      'invalid_input',
    )
  const before = await requireContract(tx, reference)
  const used = await countContractKeys(tx, before.id)
  if (terms.contract_key) await requireUnused(tx, terms.contract_key, before)
  if (terms.license_keys_quantity !== undefined && terms.license_keys_quantity < used) {
    throw new OperatorError(
      `${counted(used, 'key')} ${used === 1 ? 'was' : 'were'} drawn from contract ${before.id}: its quota cannot be less`,
    )
  }
  const product = productReference === undefined ? undefined : await requireProduct(tx, productReference)
  return changeContract(tx, { before, used }, { ...terms, product }, now)
}

/** Deletes a contract; its keys stay. */
export async function dropContract(tx: Tx, reference: string, now: Date): Promise<Contract> {
  const contract = await requireContract(tx, reference)
  await removeContract(tx, contract, now)
  return contract
}

async function requireUnused(db: Queryable, contractKey: string, own?: Contract) {
  const holder = await findContractByKey(db, contractKey)
  if (holder && holder.id !== own?.id) {
    throw new OperatorError(`contract ${holder.id} has that key already: give another, or none to have one drawn`)
  }
}
