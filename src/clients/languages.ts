import cProgram from './files/app.c' with { type: 'file' }
import csharpProgram from './files/app.cs' with { type: 'file' }
import goProgram from './files/app.go' with { type: 'file' }
import javaProgram from './files/app.java' with { type: 'file' }
import phpProgram from './files/app.php' with { type: 'file' }
import pythonProgram from './files/app.py' with { type: 'file' }
import rubyProgram from './files/app.rb' with { type: 'file' }
// @ts-expect-error: this is the path of the file, not the module
import typescriptProgram from './files/app.ts' with { type: 'file' }
import c from './files/licensing.c' with { type: 'file' }
import csharp from './files/licensing.cs' with { type: 'file' }
import go from './files/licensing.go' with { type: 'file' }
import java from './files/licensing.java' with { type: 'file' }
import php from './files/licensing.php' with { type: 'file' }
import python from './files/licensing.py' with { type: 'file' }
import ruby from './files/licensing.rb' with { type: 'file' }
// @ts-expect-error: this is the path of the file, not the module
import typescript from './files/licensing.ts' with { type: 'file' }
import { bracedEscape, bytesEscape, type Escape, javaEscape, longEscape } from './literal'

/** A language that has a client. */
export interface Language {
  /** Its name on the command line. */
  readonly name: string
  readonly title: string
  /** What it runs on. */
  readonly floor: string
  /** What to call the printed file. */
  readonly fileName: string
  /** Where the template lies: on disk, or inside the binary. */
  readonly file: string
  /** Where the lines lie that use it: a program with a licence. */
  readonly program: string
  /** What to call that program. */
  readonly programName: string
  /** The quotation mark of its strings. */
  readonly quote: string
  readonly escape: Escape
}

export const languages: readonly Language[] = [
  {
    name: 'typescript',
    title: 'TypeScript',
    floor: 'Node 18, Bun, Deno, Electron, browsers',
    fileName: 'licensing.ts',
    file: typescript,
    program: typescriptProgram,
    programName: 'app.ts',
    quote: "'",
    escape: bracedEscape,
  },
  {
    name: 'python',
    title: 'Python',
    floor: 'Python 3.8, the standard library alone',
    fileName: 'licensing.py',
    file: python,
    program: pythonProgram,
    programName: 'app.py',
    quote: '"',
    escape: longEscape,
  },
  {
    name: 'php',
    title: 'PHP',
    floor: 'PHP 7.4 with openssl, WordPress',
    fileName: 'licensing.php',
    file: php,
    program: phpProgram,
    programName: 'app.php',
    quote: '"',
    escape: bracedEscape,
  },
  {
    name: 'go',
    title: 'Go',
    floor: 'Go 1.19, the standard library alone',
    fileName: 'licensing.go',
    file: go,
    program: goProgram,
    programName: 'main.go',
    quote: '"',
    escape: longEscape,
  },
  {
    name: 'java',
    title: 'Java',
    floor: 'Java 11, the JDK alone',
    fileName: 'Licensing.java',
    file: java,
    program: javaProgram,
    programName: 'App.java',
    quote: '"',
    escape: javaEscape,
  },
  {
    name: 'csharp',
    title: 'C#',
    floor: '.NET Standard 2.0: .NET, .NET Framework, Mono, Unity',
    fileName: 'Licensing.cs',
    file: csharp,
    program: csharpProgram,
    programName: 'App.cs',
    quote: '"',
    escape: longEscape,
  },
  {
    name: 'ruby',
    title: 'Ruby',
    floor: 'Ruby 3.0, the standard library alone',
    fileName: 'licensing.rb',
    file: ruby,
    program: rubyProgram,
    programName: 'app.rb',
    quote: '"',
    escape: bracedEscape,
  },
  {
    name: 'c',
    title: 'C',
    floor: 'C99 or C++11, libcurl, OpenSSL 1.1.1',
    fileName: 'licensing.c',
    file: c,
    program: cProgram,
    programName: 'app.c',
    quote: '"',
    escape: bytesEscape,
  },
]
