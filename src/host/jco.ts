import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { packageRoot } from './package-root.js'

const TRANSPILER = '@bytecodealliance/jco-transpile/component'
const SHIM = '@bytecodealliance/preview2-shim/instantiation'

export type Jco = {
  /** Path of the transpiler's module. */
  readonly entry: string
  /** The files it loads, for a sandboxed child. */
  readonly directories: readonly string[]
}

const packageOf = (path: string): string => {
  const parts = path.split('/')
  return parts.slice(0, parts.lastIndexOf('@bytecodealliance') + 2).join('/')
}

/** Whether the transpiler is installed. */
export const hasJco = (): boolean => {
  try {
    findJco()
    return true
  } catch {
    return false
  }
}

/** Finds jco's transpiler, an optional peer dependency. Throws the error of Node.js if it is not installed. */
export const findJco = (root = packageRoot): Jco => {
  const entry = createRequire(join(root, 'package.json')).resolve(TRANSPILER)
  const shim = createRequire(join(dirname(entry), 'package.json')).resolve(SHIM)
  return { entry, directories: [packageOf(entry), packageOf(shim)] }
}
