import type { ResolvedSetting } from '../io/config/loaded-config.js'
import { columns } from '../io/terminal/columns.js'

/** Values are untrusted: control characters are replaced by `?`. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?')

/** The table of `--print-config`: key, value and source, with secrets already masked. */
export const configTable = (settings: readonly ResolvedSetting[]): string =>
  columns([
    ['KEY', 'VALUE', 'SOURCE'],
    ...settings.map(({ key, value, source }) => [key, oneLine(value) || '-', oneLine(source)]),
  ])
