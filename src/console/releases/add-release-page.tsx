import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { Answered, Empty } from '../parts/loading'
import { Card, Page } from '../parts/page'
import { AddReleaseForm } from './add-release-form'
import { useProducts } from './release-parts'
import { releaseTexts } from './texts'

/** `/console/releases/new`: drop a file, say what it is, watch it arrive. */
export function AddReleasePage() {
  const t = useTexts(releaseTexts)
  const navigate = useNavigate()
  const { product } = useSearch({ from: '/releases/new' })
  const { query } = useProducts()
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
