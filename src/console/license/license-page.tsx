import { useParams } from '@tanstack/react-router'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Answered } from '../parts/loading'
import { Page } from '../parts/page'
import { Actions } from './actions'
import { CallsCard } from './calls-card'
import { type LicenseDetails, useLicense } from './data'
import { Explanation } from './explanation'
import { FactsCard } from './facts-card'
import { FeaturesCard } from './features-card'
import { HistoryCard } from './history-card'
import { MetadataCard } from './metadata-card'
import { NotesCard } from './notes-card'
import { SeatsCard } from './seats-card'
import { stateSentence, toneOf } from './sentence'
import { stateTexts } from './state-texts'

/** `/console/licenses/4711`: everything about one licence. */
export function LicensePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  return <Answered query={useLicense(id)}>{(license) => <Details key={license.id} license={license} />}</Answered>
}

function Details({ license }: { license: LicenseDetails }) {
  const t = useTexts(stateTexts)
  return (
    <Page title={license.license_key} actions={<Actions license={license} />}>
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={toneOf(license)}>{t[`state_${license.state}`]}</Badge>
        <span>{stateSentence(license, t)}</span>
      </p>
      <div className="grid items-start gap-4 lg:grid-cols-[3fr_2fr]">
        <div className="flex min-w-0 flex-col gap-4">
          <Explanation license={license} />
          <SeatsCard license={license} />
          <CallsCard license={license} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <FactsCard license={license} />
          <NotesCard license={license} />
          <FeaturesCard license={license} />
          <MetadataCard license={license} />
        </div>
      </div>
      <HistoryCard license={license} />
    </Page>
  )
}
