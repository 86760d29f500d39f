import { Link, useLocation } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { call } from '../api/client'
import { queryClient, useChange } from '../api/hooks'
import { useMay } from '../api/session'
import { useTexts } from '../i18n/texts'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { ErrorBox } from '../parts/error-box'
import { partTexts } from '../parts/texts'
import { Time } from '../parts/time'
import { announce } from '../parts/toast'
import { SettingForm } from './setting-form'
import type { Setting } from './settings-page'
import { settingTexts } from './texts'

/** A setting: what it does, its value and where that comes from; owners change or unset it here. An address may name it. */
export function SettingRow({ setting }: { setting: Setting }) {
  const t = useTexts(settingTexts)
  const parts = useTexts(partTexts)
  const [isOpen, setOpen] = useState(false)
  const mayChange = useMay('owner') && setting.is_storable
  const { name, updated_at, is_secret: isSecret } = setting
  const row = useRef<HTMLLIElement>(null)
  const isNamed = useLocation({ select: ({ hash }) => hash === name })
  useEffect(() => {
    if (isNamed) row.current?.focus()
  }, [isNamed])

  /** Says that it is done; what is no secret can be put back. */
  function onDone() {
    setOpen(false)
    const run = () =>
      void putBack(setting).then(
        () => announce(t.restored(name)),
        (error: Error) => announce(error.message),
      )
    announce(t.changed(name), isSecret ? undefined : { label: parts.undo, run })
  }
  const store = useChange('PUT /settings/:name', onDone)
  const unset = useChange('DELETE /settings/:name', onDone)

  return (
    <li
      ref={row}
      id={name}
      tabIndex={-1}
      className={`flex flex-col gap-1 border-t border-line py-3 first:border-t-0 ${isNamed ? 'bg-selected' : ''}`}
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-medium">
          <code>{name}</code>
        </h3>
        <Value setting={setting} />
      </div>
      <p className="text-sm text-muted">{setting.doc}</p>
      <Origin setting={setting} />
      {setting.subject === 'backups' && mayChange && (
        <p className="text-sm">
          <Link to="/backups" className="text-accent underline">
            {t.ofBackups}
          </Link>
        </p>
      )}
      {mayChange && setting.subject !== 'backups' && !isOpen && (
        <div className="no-print flex gap-2">
          <Button aria-label={t.edit(name)} onClick={() => setOpen(true)}>
            {t.change}
          </Button>
          {updated_at && (
            <Button aria-label={t.unsetOf(name)} disabled={unset.isPending} onClick={() => unset.mutate({ name })}>
              {t.unset}
            </Button>
          )}
        </div>
      )}
      {isOpen && (
        <SettingForm
          setting={setting}
          isPending={store.isPending}
          onSave={(value) => store.mutate({ name, ...(isSecret ? { secret: value } : { value }) })}
          onCancel={() => setOpen(false)}
        />
      )}
      <ErrorBox error={store.error ?? unset.error} />
    </li>
  )
}

async function putBack({ name, value, source, is_overridden }: Setting) {
  if (source === 'stored' && !is_overridden) await call('PUT /settings/:name', { name, value })
  else await call('DELETE /settings/:name', { name })
  await queryClient.invalidateQueries()
}

function Value({ setting: { value, source } }: { setting: Setting }) {
  const t = useTexts(settingTexts)
  const origin = source.includes('flag') ? t.flag : source.includes('variable') ? t.variable : t[source as 'stored']
  return (
    <p className="flex flex-wrap items-center gap-2">
      <span>{value || <i className="text-muted">{t.empty}</i>}</span>
      <Badge tone={source === 'stored' ? 'good' : 'plain'}>{origin}</Badge>
    </p>
  )
}

function Origin({ setting }: { setting: Setting }) {
  const t = useTexts(settingTexts)
  const { flag, variable, is_storable, is_overridden, updated_at } = setting
  const sentence = !is_storable
    ? t.ofProcess(flag, variable)
    : is_overridden
      ? t.overridden(flag, variable)
      : t.overriddenBy(flag, variable)
  return (
    <p className="text-sm text-muted">
      {t.defaultIs(setting.default || t.empty)} · {sentence}
      {updated_at && (
        <>
          {' '}
          {t.since} <Time at={updated_at} isRelative />
        </>
      )}
    </p>
  )
}
