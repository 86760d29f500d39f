import { Link } from '@tanstack/react-router'
import { useTexts } from '../i18n/texts'
import { buttonClass } from '../parts/button'
import { setupTexts } from './texts'

/** Leads to the console. */
export const FinishLink = () => (
  <div>
    <Link to="/" className={buttonClass('primary')}>
      {useTexts(setupTexts).finish}
    </Link>
  </div>
)
