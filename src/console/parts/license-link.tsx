import { Link } from '@tanstack/react-router'

/** A licence by its key, as the user may see it, which leads to its page. */
export const LicenseLink = ({ id, text }: { id: number; text: string }) => (
  <Link to="/licenses/$id" params={{ id: String(id) }} className="text-accent underline">
    {text}
  </Link>
)
