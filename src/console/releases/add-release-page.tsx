import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useAsk } from '../api/hooks'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { Answered, Empty } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { AddReleaseForm } from './add-release-form'
import { releaseTexts } from './texts'

const productsMax = 1000

/** `/console/releases/new`: drop a file, say what it is, watch it arrive. */
export function AddReleasePage() {
  const t = useTexts(releaseTexts)
  const navigate = useNavigate()
  const { product } = useSearch({ from: '/releases/new' })
  const query = useAsk('GET /products', { sort: 'name', limit: productsMax, fields: ['id', 'name'] })
  const mayAdd = useMay('operator')
  return (
    <Page
      title={t.add}
      actions={
        <Link to="/releases" className={buttonClass()}>
          {t.back}
        </Link>
      }
    >
      {mayAdd ? (
        <Answered query={query}>
          {({ products }) =>
            products.length ? (
              <Card>
                <AddReleaseForm
                  products={products}
                  product={product}
                  onDone={(release) => navigate({ to: '/releases/$release', params: { release: String(release.id) } })}
                />
              </Card>
            ) : (
              <Empty title={t.noProduct} />
            )
          }
        </Answered>
      ) : (
        <Empty title={t.needsRole} />
      )}
    </Page>
  )
}
