import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command, Script } from './script.js'

type Parser = { readonly parse: (text: string) => Promise<Uint8Array> }
type Form = { readonly line: number; readonly text: string }

/** `(assert_return (invoke "name") (u32.const 42))` */
const CALL = /^\(assert_return\s+\(invoke\s+"([^"\\]*)"\)\s*(?:\((\w+)\.const\s+(-?[\w.]+)\)\s*)?\)$/
const COMPONENT = /^\(component\s*\(/

/**
 * Converts a script of components and calls without arguments, as `wasm-tools json-from-wast` does; false for any other.
 * @param parser the path of a module of an older parser, which has what was taken out of the text format since
 */
export async function convertOlderText(wast: string, folder: string, parser: string): Promise<boolean> {
  const { parse } = (await import(pathToFileURL(parser).href)) as Parser
  const commands: Command[] = []
  for (const { line, text } of formsOf(readFileSync(wast, 'utf8'))) {
    const [, field, type, value] = CALL.exec(text) ?? []
    if (field !== undefined) {
      const expected = type === undefined ? [] : [{ type, value }]
      commands.push({ type: 'assert_return', line, action: { type: 'invoke', field, args: [] }, expected })
    } else if (COMPONENT.test(text)) {
      const filename = `${basename(wast, '.wast')}.${commands.length}.wasm`
      writeFileSync(join(folder, filename), await parse(text))
      commands.push({ type: 'module', line, filename, module_type: 'binary' })
    } else return false
  }
  const script: Script = { source_filename: wast, commands }
  writeFileSync(join(folder, 'script.json'), JSON.stringify(script))
  return true
}

/** The top-level forms, without the comments around them. */
function formsOf(text: string): readonly Form[] {
  const forms: Form[] = []
  let depth = 0
  let start = 0
  let line = 1
  let startLine = 1
  // Line comments, block comments (unless nested), strings, parentheses and line ends.
  for (const { 0: token, index } of text.matchAll(/;;[^\n]*|\(;[^]*?;\)|"(?:[^"\\]|\\.)*"|[()\n]/g)) {
    if (token === '(') {
      if (depth === 0) {
        start = index
        startLine = line
      }
      depth += 1
    } else if (token === ')') {
      depth -= 1
      if (depth === 0) forms.push({ line: startLine, text: text.slice(start, index + 1) })
    }
    line += token.split('\n').length - 1
  }
  return forms
}
