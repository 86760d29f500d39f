import { Link } from '@tanstack/react-router'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { Page } from '../parts/page'
import { DeliveriesList } from './deliveries-list'
import { webhookTexts } from './texts'

/** `/console/deliveries`: what webhooks, shops and devices were sent. */
export function DeliveriesPage() {
  const t = useTexts(webhookTexts)
  return (
    <Page
      title={t.allDeliveries}
      actions={
        <Link to="/webhooks" className={buttonClass()}>
          {t.back}
        </Link>
      }
    >
      <DeliveriesList />
    </Page>
  )
}
