import type { ComponentProps } from 'react'

const kinds = {
  primary: 'bg-accent text-on-accent border-accent',
  plain: 'bg-card text-text border-control',
  danger: 'bg-card text-bad border-bad',
  quiet: 'border-transparent text-accent',
} as const

export type ButtonKind = keyof typeof kinds

/** The classes of a button, for links and triggers that look like one. */
export const buttonClass = (kind: ButtonKind = 'plain') =>
  `inline-flex min-h-8.5 items-center gap-1.5 rounded-md border px-3 py-1 text-sm font-medium aria-disabled:cursor-not-allowed aria-disabled:opacity-70 ${kinds[kind]}`

interface Props extends ComponentProps<'button'> {
  kind?: ButtonKind
}

/** A button. While it is disabled, it keeps the focus, which a natively disabled one would lose. */
export const Button = ({ kind = 'plain', className = '', type = 'button', disabled, onClick, ...rest }: Props) => (
  <button
    type={type}
    className={`${buttonClass(kind)} ${className}`}
    aria-disabled={disabled || undefined}
    onClick={disabled ? (event) => event.preventDefault() : onClick}
    {...rest}
  />
)
