import { getPHPLoaderModule } from '@php-wasm/node-8-3'
import { loadPHPRuntime, PHP } from '@php-wasm/universal'

/** PHP 8.3, compiled to WebAssembly. */
export interface Php {
  /** Runs code after the library, with `$input` in its hand; what it prints. */
  run(code: string, input: unknown): Promise<string>
  /** What the code gets back from `post_message_to_js`; this PHP has no network of its own. */
  onMessage(reply: (message: string) => Promise<string>): void
  exit(): void
}

/** Starts PHP with a library: a file of functions, as text. */
export async function startPhp(library = ''): Promise<Php> {
  const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule(), {}))
  php.writeFile('/library.php', library)
  return {
    async run(code, input) {
      php.writeFile('/input.json', JSON.stringify(input))
      const { text, errors, exitCode } = await php.run({
        code: `<?php require '/library.php'; $input = json_decode(file_get_contents('/input.json'), true); ${code}`,
      })
      if (exitCode !== 0) throw new Error(`${errors}${text}`)
      return text
    },
    onMessage: (reply) => void php.onMessage(reply),
    exit: () => php.exit(),
  }
}
