import { type DragEvent, useId, useState } from 'react'
import { formatBytes } from '../i18n/bytes'
import { useTexts } from '../i18n/texts'
import { releaseTexts } from './texts'

/** A place to drop a file, which also opens the browser's choice of files. */
export function FileDrop({ file, onChoose }: { file: File | undefined; onChoose(file: File | undefined): void }) {
  const t = useTexts(releaseTexts)
  const id = useId()
  const [isOver, setOver] = useState(false)
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    const [first] = event.dataTransfer.files
    if (first) onChoose(first)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the input inside does all that dropping does
    <div
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={`flex flex-col gap-2 rounded-md border border-dashed p-4 ${isOver ? 'border-accent bg-selected' : 'border-control'}`}
    >
      <label htmlFor={id} className="text-sm font-medium">
        {t.drop}
      </label>
      <input id={id} type="file" className="max-w-full" onChange={({ target }) => onChoose(target.files?.[0])} />
      {file && (
        <p role="status" className="text-sm">
          {t.chosen(file.name, formatBytes(file.size))}
        </p>
      )}
    </div>
  )
}
