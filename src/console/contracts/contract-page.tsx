import { useNavigate, useParams } from '@tanstack/react-router'
import type { Answer } from '../api/client'
import { useAsk } from '../api/hooks'
import { useMay } from '../api/session'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { CopyButton } from '../parts/copy'
import { Answered } from '../parts/loading'
import { Card, Facts, Page } from '../parts/page'
import { Time } from '../parts/time'
import { useNameOfProduct } from '../products/product-names'
import { ContractKeys } from './contract-keys'
import { Quota, usePermissions } from './quota'
import { contractTexts } from './texts'

type Shown = Answer<'GET /contracts/:contract'>

/** `/console/contracts/1`: a contract, its quota, its holder's rights, and its keys. */
export function ContractPage() {
  const { contract } = useParams({ strict: false }) as { contract: string }
  return (
    <Answered query={useAsk('GET /contracts/:contract', { contract })}>
      {(shown) => <Contract key={contract} contract={shown} />}
    </Answered>
  )
}

function Contract({ contract }: { contract: Shown }) {
  const t = useTexts(contractTexts)
  const navigate = useNavigate()
  const nameOf = useNameOfProduct()
  const permissionsOf = usePermissions()
  const seesSecrets = useMay('operator')
  const fixed = { contract: String(contract.id) }
  const current = {
    contract_name: contract.name,
    contract_information: contract.information,
    license_keys_quantity: contract.license_keys_quantity,
    status: contract.status,
    can_get_info: contract.can_get_info,
    can_generate: contract.can_generate,
    can_destroy: contract.can_destroy,
    can_destroy_all: contract.can_destroy_all,
  }
  return (
    <Page
      title={contract.name}
      actions={
        <>
          <OperationButton
            command="contract edit"
            role="operator"
            label={t.edit}
            kind="primary"
            fixed={fixed}
            current={current}
            only={Object.keys(current)}
          />
          <OperationButton
            command="contract delete"
            role="operator"
            label={t.remove}
            kind="danger"
            fixed={fixed}
            onDone={() => navigate({ to: '/contracts' })}
          />
        </>
      }
    >
      <Card>
        <Facts
          facts={[
            [t.quota, <Quota key="quota" contract={contract} />],
            [t.product, nameOf(contract.product_id)],
            [
              t.status,
              <Badge key="status" tone={contract.status === 'active' ? 'good' : 'warn'}>
                {contract.status}
              </Badge>,
            ],
            [t.holderMay, permissionsOf(contract)],
            [t.information, contract.information || '–'],
            [t.created, <Time key="created" at={contract.created_at} />],
            [t.updated, <Time key="updated" at={contract.updated_at} />],
            ...(seesSecrets
              ? ([
                  [t.contractKey, <Secret key="key" text={contract.contract_key} />],
                  ['UUID', <Secret key="uuid" text={contract.uuid} />],
                ] as const)
              : []),
          ]}
        />
        {!seesSecrets && <p className="text-sm text-muted">{t.masked}</p>}
      </Card>
      <ContractKeys contract={String(contract.id)} />
    </Page>
  )
}

const Secret = ({ text }: { text: string }) => (
  <span className="flex flex-wrap items-center gap-2">
    <code>{text}</code>
    <CopyButton text={text} />
  </span>
)
