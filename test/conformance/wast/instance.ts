import type { Bytes } from '@proplet/component/wasm/compile.js'
import { compileModule } from '@proplet/component/wasm/compile.js'
import { instantiate, type ComponentInstance } from '@proplet/component/link/instantiate.js'
import { prepareComponent, type PreparedComponent } from '@proplet/component/link/prepare.js'

const limits = { memoryMaxBytes: 1024 * 1024 * 1024, tableMaxElements: 10_000_000 }

export const prepare = (bytes: Bytes): PreparedComponent =>
  prepareComponent(bytes, { limits, compile: (core) => compileModule(core, limits) })

/** Scripts bring all that their components import. */
export const start = (prepared: PreparedComponent): ComponentInstance => instantiate(prepared, {})

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
