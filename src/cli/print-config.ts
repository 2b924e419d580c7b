import type { ResolvedSetting } from '../io/config/config.js'
import { columns } from '../io/terminal/columns.js'

/** Values come from outside: what would make a terminal act, or break the table, is shown as `?`. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?')

/** The table of `--print-config`: key, value and source; secrets are masked already. */
export const configTable = (settings: readonly ResolvedSetting[]): string =>
  columns([
    ['KEY', 'VALUE', 'SOURCE'],
    ...settings.map(({ key, value, source }) => [key, oneLine(value) || '-', oneLine(source)]),
  ])
