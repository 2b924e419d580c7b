import * as E from 'fp-ts/lib/Either.js'
import type { Sandbox } from '../../host/sandbox/sandbox.js'
import type { ConfigFiles } from './files.js'
import type { FoundProgram } from './program.js'
import type { Resolution } from './resolve.js'

/** The result of looking for a program or sandbox that a setting names. */
export type Sought = {
  readonly program: FoundProgram | undefined
  readonly sandbox: E.Either<string, Sandbox> | undefined
  /** Whether jco's transpiler is installed. */
  readonly jco: boolean | undefined
}

const checkDirs = ({ values, nameOf }: Resolution, files: ConfigFiles): readonly string[] => {
  const writable = (values.dirs ?? []).map((directory) => files.realPath(directory))
  const isWithin = (directory: string, other: string) =>
    `${directory}/`.startsWith(other === '/' ? '/' : `${other}/`)
  return [
    ...(['dirs', 'dirs_readonly'] as const).flatMap((key) =>
      (values[key] ?? [])
        .filter((directory) => !files.isDirectory(directory))
        .map(
          (directory) => `${nameOf(key)}: found ${JSON.stringify(directory)}; expected an existing directory`,
        ),
    ),
    ...(values.dirs_readonly ?? [])
      .filter((directory) => writable.some((other) => isWithin(files.realPath(directory), other)))
      .map(
        (directory) =>
          `${nameOf('dirs_readonly')}: found ${JSON.stringify(directory)}; ` +
          `expected a directory outside ${nameOf('dirs')}, because guests could change it through those`,
      ),
  ]
}

const checkExternal = ({ values, nameOf }: Resolution, { program }: Sought): readonly string[] =>
  program?.kind === 'missing'
    ? [
        `${nameOf('external_wasm_runtime')}: found ${JSON.stringify(values.external_wasm_runtime)}; expected ${program.expected}`,
      ]
    : []

/** External runtimes do not support these features of the embedded runtime. */
const checkIsolation = ({ values, nameOf, isSet }: Resolution, { sandbox }: Sought): readonly string[] => {
  const external = nameOf('external_wasm_runtime')
  const isOutside = values.external_wasm_runtime !== undefined
  return [
    ...(sandbox && E.isLeft(sandbox)
      ? [`${nameOf('isolation')}: found "sandbox"; expected process or thread, as ${sandbox.left}`]
      : []),
    ...(isOutside && values.isolation === 'sandbox'
      ? [
          `${nameOf('isolation')}: found "sandbox"; expected process, because ${external} runs tasks outside it`,
        ]
      : []),
    ...(isOutside && isSet('dirs_readonly')
      ? [
          `${nameOf('dirs_readonly')} is set; expected none, because ${external} cannot make directories read-only`,
        ]
      : []),
  ]
}

const checkEngine = ({ nameOf }: Resolution, { jco }: Sought): readonly string[] =>
  jco === false
    ? [
        `${nameOf('component_engine')}: found "jco"; expected linker, because @bytecodealliance/jco-transpile is not installed`,
      ]
    : []

/** Finds out whether tasks can run as configured. */
export const checkRuntime = (
  resolution: Resolution,
  sought: Sought,
  files: ConfigFiles,
): readonly string[] => [
  ...checkDirs(resolution, files),
  ...checkExternal(resolution, sought),
  ...checkIsolation(resolution, sought),
  ...checkEngine(resolution, sought),
]
