import { useTexts } from '../i18n/texts'
import { Page } from '../parts/page'
import { Attention, AttentionLink } from './attention'
import { Expiring } from './expiring'
import { KeyNumbers } from './key-numbers'
import { LatestChanges } from './latest-changes'
import { RefusedMost } from './refused-most'
import { todayTexts } from './texts'
import { WeekChart } from './week-chart'

/** The first page: how things stand, and what needs somebody. */
export function TodayPage() {
  const t = useTexts(todayTexts)
  return (
    <Page title={t.title} actions={<AttentionLink />}>
      <KeyNumbers />
      <WeekChart />
      <div className="grid min-w-0 gap-4 lg:grid-cols-2">
        <Attention />
        <Expiring />
        <RefusedMost />
        <LatestChanges />
      </div>
    </Page>
  )
}
