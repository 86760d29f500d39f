import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../api/session'
import { formatNumber } from '../i18n/format'
import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { CopyButton } from '../parts/copy'
import { LicenseLink } from '../parts/license-link'
import { Card, Facts } from '../parts/page'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import type { LicenseDetails } from './data'
import { RevealDialog } from './reveal'
import { seats } from './sentence'
import { stateTexts } from './state-texts'
import { licenseTexts } from './texts'

const linkClass = 'text-accent underline'

/** Key, owner, product, terms, and the keys before and after this one. */
export function FactsCard({ license }: { license: LicenseDetails }) {
  const t = useTexts(licenseTexts)
  const states = useTexts(stateTexts)
  const parts = useTexts(partTexts)
  const isMasked = useSession().data?.role === 'support'
  const { license_key, owner_name, owner_email, product, replaced_by_id, replaces } = license
  return (
    <Card title={t.facts}>
      <div className="flex flex-col gap-2">
        <code>{license_key}</code>
        <div className="no-print flex flex-wrap gap-2">
          {isMasked ? (
            <Reveal license={license} what="license reveal" label={t.revealKey} />
          ) : (
            <CopyButton text={license_key} label={t.copyKey} />
          )}
          {isMasked && owner_email && <Reveal license={license} what="customer reveal" label={t.revealOwner} />}
        </div>
      </div>
      <Facts
        facts={[
          [t.owner, owner_name || parts.none],
          [
            t.email,
            owner_email ? (
              <Link key="email" to={`/customers/${license.id}` as never} className={linkClass}>
                {owner_email}
              </Link>
            ) : (
              parts.none
            ),
          ],
          [
            t.product,
            <Link key="product" to={`/products/${product.id}` as never} className={linkClass}>
              {product.name}
            </Link>,
          ],
          [t.seats, seats(license, states)],
          [t.validity, license.validity > 0 ? t.days(formatNumber(license.validity)) : states.forEver],
          [t.assignedAt, <Time key="assigned" at={license.assigned_at} />],
          [t.expiresAt, license.expires_at ? <Time key="end" at={license.expires_at} /> : parts.none],
          ...(license.block_reason ? [[t.blockReason, license.block_reason] as const] : []),
          ...(license.replaced_by
            ? [[t.replacedBy, <OtherKey key="by" id={replaced_by_id} text={license.replaced_by} />] as const]
            : []),
          ...(replaces
            ? [[t.replaces, <OtherKey key="of" id={replaces.id} text={replaces.license_key} />] as const]
            : []),
          ...(license.contract_id
            ? [[t.contract, <PartLink key="contract" to="contracts" id={license.contract_id} />] as const]
            : []),
          ...(license.generator_id
            ? [[t.generator, <PartLink key="generator" to="generators" id={license.generator_id} />] as const]
            : []),
          [t.createdAt, <Time key="created" at={license.created_at} />],
        ]}
      />
    </Card>
  )
}

const PartLink = ({ to, id }: { to: string; id: number }) => (
  <Link to={`/${to}/${id}` as never} className={linkClass}>
    {id}
  </Link>
)

const OtherKey = ({ id, text }: { id: number | null; text: string }) =>
  id === null ? <code>{text}</code> : <LicenseLink id={id} text={text} />

interface RevealProps {
  license: LicenseDetails
  what: 'license reveal' | 'customer reveal'
  label: string
}

function Reveal({ license, what, label }: RevealProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>{label}</Button>
      {isOpen && <RevealDialog license={license} what={what} title={label} onClose={() => setOpen(false)} />}
    </>
  )
}
