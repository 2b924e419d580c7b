// A process of its own: a component as plain jco runs it, its bindings from `transpile` and its host preview2-shim.
//
//   reference.mjs DIR NAME command SANDBOX   runs it; SANDBOX is the shim's own option, as JSON
//   reference.mjs DIR NAME calls             answers each { instance, name, args } that comes over the channel
//   reference.mjs DIR NAME serve SANDBOX     serves HTTP, and sends the port over the channel
import { HTTPServer } from '@bytecodealliance/preview2-shim/http'
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const [dir, name, what, sandbox = '{}'] = process.argv.slice(2)
const { instantiate } = await import(pathToFileURL(join(dir, `${name}.js`)))
const compiled = new Map()
const moduleAt = (path) => {
  if (!compiled.has(path)) compiled.set(path, new WebAssembly.Module(readFileSync(join(dir, path))))
  return compiled.get(path)
}
const fresh = () => instantiate(moduleAt, new WASIShim({ sandbox: JSON.parse(sandbox) }).getImportObject())

/** A trap, or what the function answered: for functions with a result of type `result`, an error is thrown. */
const call = ({ instance, name: exported, args }) => {
  try {
    const exports = fresh()
    return { value: (instance === undefined ? exports : exports[instance])[exported](...args) }
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return { trap: error.message }
    if (!(error instanceof Error)) return { error }
    return 'payload' in error ? { error: error.payload } : { thrown: error.stack }
  }
}

/** With a fresh instance for each request, as the proplet does: one of the JavaScript engine answers once. */
const serve = () => {
  const handler = () =>
    Object.entries(fresh()).find(([key]) => key.startsWith('wasi:http/incoming-handler'))[1]
  const server = new HTTPServer({ handle: (request, outparam) => handler().handle(request, outparam) })
  server.listen(0, '127.0.0.1')
  process.send(server.address().port)
}

if (what === 'command') {
  const [, run] = Object.entries(fresh()).find(([key]) => key.startsWith('wasi:cli/run'))
  try {
    run.run()
  } catch (error) {
    if (!('payload' in error)) throw error
    process.exitCode = 1
  }
} else if (what === 'serve') {
  serve()
} else {
  process.on('message', (question) => process.send(call(question)))
  process.send('ready')
}
