import { useTexts } from '../i18n/texts'
import { Button } from '../parts/button'
import { Card, Facts } from '../parts/page'
import { ActionDialog } from './action-dialog'
import { type LicenseDetails, useLicenseSearch } from './data'
import { usePermitted } from './deed'
import { licenseTexts } from './texts'

/** The features that the software reads from the licence. */
export function FeaturesCard({ license }: { license: LicenseDetails }) {
  const t = useTexts(licenseTexts)
  const { search, change } = useLicenseSearch()
  const isPermitted = usePermitted()('license edit')
  const features = Object.entries(license.features)
  if (!features.length) return null
  return (
    <Card
      title={t.features}
      actions={isPermitted && <Button onClick={() => change({ do: 'features' })}>{t.editFeatures}</Button>}
    >
      <Facts facts={features.map(([key, value]) => [key, String(value)])} />
      {search.do === 'features' && isPermitted && (
        <ActionDialog
          license={license}
          command="license edit"
          title={t.editFeatures}
          done={t.edited}
          fields={features.map(([name, value]) => ({ name, label: name, value: String(value) }))}
          isEdit
          inputOf={(values) => ({ features: Object.entries(values).map(([key, value]) => `${key}=${value}`) })}
          isUndoable
          onClose={() => change({ do: undefined })}
        />
      )}
    </Card>
  )
}
