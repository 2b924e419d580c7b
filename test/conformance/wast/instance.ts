import type { Bytes } from '@proplet/component/wasm/compile.js'
import { compileModule } from '@proplet/component/wasm/compile.js'
import { instantiate, type ComponentInstance } from '@proplet/component/link/instantiate.js'
import { prepareComponent, type PreparedComponent } from '@proplet/component/link/prepare.js'

const limits = { memoryMaxBytes: 1024 * 1024 * 1024, tableMaxElements: 10_000_000 }

export const prepare = (bytes: Bytes): PreparedComponent =>
  prepareComponent(bytes, { limits, compile: (core) => compileModule(core, limits) })

/** Scripts provide all imports of their components. */
export const start = (prepared: PreparedComponent): ComponentInstance => instantiate(prepared, {})

/** Returns the result of a function; the rest of its task runs beside later commands. */
export function resultOf(
  instance: ComponentInstance,
  field: string,
  args: readonly unknown[],
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = instance.begin(undefined, field, args, resolve)
    if (ended === undefined) invoke(instance, field, args).then(resolve, reject)
    else ended.then(resolve, reject)
  })
}

/** Calls a function and waits until its task has ended. */
export async function invoke(
  { exports }: ComponentInstance,
  field: string,
  args: readonly unknown[],
): Promise<unknown> {
  const found = exports.get(field)
  if (typeof found !== 'function')
    throw new Error(`the component exports no function ${JSON.stringify(field)}`)
  return await found(...args)
}
