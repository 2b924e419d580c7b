import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FileResult } from '../outcome.js'
import type { Suite } from '../suite.js'
import { convert, type Converter } from './convert.js'
import { runFile, unconverted } from './run-file.js'

/** The scripts of the component model, run through the API of packages/component, in one process each. */
export const componentModel = (folder: string, converter: Converter | undefined, child: string): Suite => ({
  name: 'component-model',
  runsOn: () => true,
  files: () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.wast'))
      .sort()
      .map((path) => {
        const name = path.replace(/\.wast$/, '')
        return { name, run: (node) => runOne(name, join(folder, path), node.path, converter, child) }
      }),
})

async function runOne(
  name: string,
  wast: string,
  node: string,
  converter: Converter | undefined,
  child: string,
): Promise<FileResult> {
  if (converter === undefined) return unconverted(name, 'wasm-tools could not be installed')
  const converted = await convert(wast, converter)
  return 'problem' in converted
    ? unconverted(name, converted.problem)
    : runFile(name, converted.script, node, child)
}
