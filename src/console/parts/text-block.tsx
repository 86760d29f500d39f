import { ScrollArea } from './scroll-area'

/** A text with its line breaks, such as a body or headers; never read as anything but text. */
export const TextBlock = ({ name, text }: { name: string; text: string }) => (
  <ScrollArea name={name} className="max-h-96 overflow-y-auto rounded-md border border-line p-2 text-sm">
    <pre className="whitespace-pre-wrap break-all">{text}</pre>
  </ScrollArea>
)
