import type { Answer } from '../api/client'
import { OperationButton } from '../commands/operation-dialog'
import { useTexts } from '../i18n/texts'
import { Card } from '../parts/page'
import { Table } from '../parts/table'
import { productTexts } from './texts'

type Shown = Pick<Answer<'GET /products/:product'>, 'id' | 'features' | 'meta_data'>

/** The features and the metadata of a product. */
export function ProductLists({ product }: { product: Shown }) {
  const t = useTexts(productTexts)
  const { features, meta_data } = product
  const fixed = { product: String(product.id) }
  return (
    <>
      <Card
        title={t.features}
        actions={
          <>
            <OperationButton
              {...{ command: 'product set', role: 'operator', label: t.addFeature, fixed }}
              only={['features']}
            />
            {features.length > 0 && (
              <OperationButton
                {...{ command: 'product set', role: 'operator', label: t.removeFeature, fixed }}
                only={['removed_features']}
              />
            )}
          </>
        }
      >
        <p className="text-sm text-muted">{features.length ? t.featuresNote : t.noFeatures}</p>
        {features.length > 0 && (
          <Table
            caption={t.features}
            rows={features}
            keyOf={({ key }) => key}
            columns={[
              { key: 'key', heading: t.key, cell: ({ key }) => <code>{key}</code> },
              { key: 'type', heading: t.type, cell: ({ type }) => type },
              { key: 'default', heading: t.defaultValue, cell: (feature) => String(feature.default) },
              { key: 'description', heading: t.description, cell: ({ description }) => description || '–' },
            ]}
          />
        )}
      </Card>
      <Card
        title={t.metadata}
        actions={
          <>
            <OperationButton {...{ command: 'product meta set', role: 'operator', label: t.setMeta, fixed }} />
            {meta_data.length > 0 && (
              <OperationButton {...{ command: 'product meta unset', role: 'operator', label: t.unsetMeta, fixed }} />
            )}
          </>
        }
      >
        {meta_data.length ? (
          <Table
            caption={t.metadata}
            rows={meta_data}
            keyOf={({ key }) => key}
            columns={[
              { key: 'key', heading: t.key, cell: ({ key }) => <code>{key}</code> },
              { key: 'value', heading: t.value, cell: ({ value }) => value },
            ]}
          />
        ) : (
          <p className="text-sm text-muted">{t.noMeta}</p>
        )}
      </Card>
    </>
  )
}
