import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

const root = join(import.meta.dir, '../..')

/** One import of a source file. */
export interface Import {
  /** The file it means, seen from the top of the project, or the name of a package. */
  to: string
  /** Gone when the program runs. */
  isType: boolean
  /** Loaded where the program comes to it, and not at its start. */
  isLazy: boolean
}

/** A source file as the laws of the installation see it. */
export interface Source {
  path: string
  lines: number
  imports: Import[]
  /** What it reaches for without being handed it: `process.env`, `Date.now()`, `new Date()`, `$client`. */
  reaches: string[]
  /** The names it exports. */
  exports: string[]
  /** The texts in its code; of a template, its literal parts. */
  texts: string[]
  /** Its comments, without the marks around them. */
  comments: string[]
}

/** Every source file of the server and of the shape of its data. */
export const sources: Source[] = [...new Bun.Glob('{src,db}/**/*.{ts,tsx}').scanSync(root)]
  // The templates are programs of their own.
  .filter((path) => !path.startsWith('src/clients/files/'))
  .sort()
  .map(read)

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const reaches: string[] = []
  const exports: string[] = []
  const texts: string[] = []
  const visit = (node: ts.Node) => {
    const found = importIn(node)
    if (found) imports.push({ ...found, to: resolve(path, found.to) })
    const reached = reachIn(node, file)
    if (reached) reaches.push(reached)
    if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) texts.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(file)
  for (const statement of file.statements) exports.push(...exportsIn(statement))
  const comments = [...text.matchAll(/^ *(?:\/\*\*?|\/\/)[\s*]*(.*)/gm)].map(([, comment]) => comment!)
  return { path, lines: text.trimEnd().split('\n').length, imports, reaches, exports, texts, comments }
}

function importIn(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const named = node.importClause?.namedBindings
    const isEachType = named && ts.isNamedImports(named) && named.elements.every((element) => element.isTypeOnly)
    const isType = node.importClause?.isTypeOnly || (!node.importClause?.name && isEachType) || false
    return { to: node.moduleSpecifier.text, isType, isLazy: false }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { to: node.moduleSpecifier.text, isType: node.isTypeOnly, isLazy: false }
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments
    return specifier && ts.isStringLiteral(specifier) ? { to: specifier.text, isType: false, isLazy: true } : undefined
  }
  return undefined
}

function exportsIn(statement: ts.Statement): string[] {
  if (!ts.canHaveModifiers(statement)) return []
  const isExported = ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  if (!isExported) return []
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name)
        ? name.text
        : name.elements.flatMap((each) => (ts.isBindingElement(each) ? each.name.getText() : [])),
    )
  }
  const { name } = statement as ts.DeclarationStatement
  return name && ts.isIdentifier(name) ? [name.text] : []
}

function reachIn(node: ts.Node, file: ts.SourceFile): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText(file)
    if (['process.env', 'Bun.env', 'Date.now'].includes(text)) return text
    if (node.name.text === '$client') return '$client'
  }
  const isNewDate = ts.isNewExpression(node) && node.expression.getText(file) === 'Date'
  return isNewDate && !node.arguments?.length ? 'new Date()' : undefined
}

function resolve(from: string, specifier: string) {
  if (!specifier.startsWith('.')) return specifier
  const path = join(root, dirname(from), specifier)
  return relative(root, existsSync(`${path}.ts`) ? `${path}.ts` : path)
}
