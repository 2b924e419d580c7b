import { parseAst } from 'rolldown/parseAst'

/** Modules of Node.js, and chunks whose names say that they are loaded late. */
const LAZY = /^node:|\/late-[^/]*$/

const HELPER = 'lazyBuiltIn'
const DEFINITION = `const ${HELPER} = (load) => { let loaded; return () => (loaded ??= load()); };`

/**
 * Makes CommonJS chunks load modules of Node.js, and late parts, when they are first used: two dozen of them take a third of the daemon's time to its
 * first heartbeat, and some are never used.
 */
export const lazyBuiltIns = {
  name: 'lazy-built-ins',
  renderChunk: (code) => withLazyBuiltIns(code),
}

/**
 * Turns `let node_tls = require("node:tls")` into a function that requires the module at its first call, and each use of `node_tls`
 * into a call. No inner scope reuses such a name, because the bundler renames variables that would.
 *
 * @param {string} code of a chunk in CommonJS
 */
export const withLazyBuiltIns = (code) => {
  const { body } = parseAst(code)
  const requires = new Map(body.flatMap((statement) => requireOf(statement) ?? []))
  if (requires.size === 0) return null
  const wrappers = new Map(body.flatMap((statement) => wrapperOf(statement, requires) ?? []))
  const edits = []
  for (const [name, { start, end, call }] of requires) {
    const wrapper = wrappers.get(name)
    const load = wrapper === undefined ? text(code, call) : wrapped(code, wrapper, call)
    edits.push({ start, end, text: `const ${name} = ${HELPER}(() => ${load});` })
    if (wrapper !== undefined) edits.push({ start: wrapper.start, end: wrapper.end, text: '' })
  }
  const done = new Set([...requires.values(), ...wrappers.values()].map(({ start }) => start))
  for (const statement of body) {
    if (done.has(statement.start)) continue
    for (const { node, isShorthand } of usesIn(statement, requires)) {
      const { name, start, end } = node
      // In parentheses, because `new` would otherwise construct the function instead of what it returns.
      const call = code.endsWith('new ', start) ? `(${name}())` : `${name}()`
      edits.push({ start, end, text: isShorthand ? `${name}: ${call}` : call })
    }
  }
  const first = Math.min(...edits.map(({ start }) => start))
  return apply(code, [...edits, { start: first, end: first, text: `${DEFINITION}\n` }])
}

const text = (code, { start, end }) => code.slice(start, end)

/** The name and place of `let node_x = require("node:x")`. */
const requireOf = (statement) => {
  const [declared, second] = statement.type === 'VariableDeclaration' ? statement.declarations : []
  const { id, init } = declared ?? {}
  const isRequire =
    second === undefined &&
    init?.type === 'CallExpression' &&
    init.callee.name === 'require' &&
    LAZY.test(init.arguments[0]?.value)
  return isRequire ? [[id.name, { start: statement.start, end: statement.end, call: init }]] : undefined
}

/** The name and place of `node_x = __toESM(node_x, 1)`, which follows the `require` if the default export is used. */
const wrapperOf = ({ type, expression, start, end }, requires) => {
  const isWrapper =
    type === 'ExpressionStatement' &&
    expression.type === 'AssignmentExpression' &&
    requires.has(expression.left.name)
  return isWrapper ? [[expression.left.name, { start, end, call: expression.right }]] : undefined
}

const wrapped = (code, { call }, required) => {
  const [argument] = call.arguments
  return code.slice(call.start, argument.start) + text(code, required) + code.slice(argument.end, call.end)
}

function* usesIn(node, names, parent = undefined) {
  if (node.type === 'Identifier') {
    if (names.has(node.name) && !isName(node, parent)) yield { node, isShorthand: parent.shorthand === true }
    return
  }
  for (const [key, value] of Object.entries(node)) {
    if (key === 'key' && node.shorthand === true) continue
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child?.type === 'string') yield* usesIn(child, names, node)
  }
}

/** Whether the identifier only names a property. */
const isName = (node, { type, property, key, computed, value }) =>
  !computed && ((type === 'MemberExpression' && property === node) || (key === node && value !== node))

/** Applies the edits; of those at the same place, the last one in the list comes first in the text. */
const apply = (code, edits) => {
  let result = ''
  let at = 0
  for (const { start, end, text } of edits.toReversed().sort((a, b) => a.start - b.start)) {
    result += code.slice(at, start) + text
    at = end
  }
  return result + code.slice(at)
}
