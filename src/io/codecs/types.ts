import { toUSVString } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

/** A type of the protocol; its name completes the sentence "expected …". */
export type Wire<A> = t.Type<A, A>

const wire = <A>(name: string, validate: t.Validate<unknown, A>): Wire<A> =>
  new t.Type<A>(name, (u): u is A => E.isRight(validate(u, [])), validate, t.identity)

const narrow = <A>(base: Wire<A>, name: string, fits: (value: A) => boolean): Wire<A> =>
  wire(name, (u, context) => {
    const validation = base.validate(u, context)
    return E.isLeft(validation) || fits(validation.right) ? validation : t.failure(u, context)
  })

export const flag: Wire<boolean> = wire('true or false', t.boolean.validate)

/** JSON has no NaN; 1e400 reads as Infinity. */
export const finite: Wire<number> = narrow(t.number, 'a finite number', Number.isFinite)

export const integer = (name: string, min: number, max: number): Wire<number> =>
  narrow(t.number, name, (n) => Number.isSafeInteger(n) && n >= min && n <= max)

export const anyText: Wire<string> = wire('a string', t.string.validate)

/** Base64 text, or the bytes that it was decoded to. */
export const base64 = wire<string | Uint8Array>('a string', (u, context) =>
  u instanceof Uint8Array ? t.success(u) : t.string.validate(u, context),
)

/** Text that UTF-8 can encode: without lone surrogates. */
export const text: Wire<string> = narrow(t.string, 'a well-formed string', (s) => toUSVString(s) === s)

/** Text that can be an argument or an environment variable of a C program. */
export const cText: Wire<string> = narrow(text, 'a well-formed string without NUL', (s) => !s.includes('\0'))

/** Text on one line, of at most `max` characters. */
export const label = (max: number): Wire<string> =>
  narrow(
    text,
    `a string of at most ${max} characters without control characters`,
    (s) => s.length <= max && !/\p{Cc}/u.test(s),
  )

export const filled = (max: number): Wire<string> =>
  narrow(
    label(max),
    `a non-empty string of at most ${max} characters without control characters`,
    (s) => s !== '',
  )

/** Absent and null are equivalent: undefined. */
export const optional = <A>(base: Wire<A>): Wire<A | undefined> =>
  wire(base.name, (u, context) =>
    u === undefined || u === null ? t.success(undefined) : base.validate(u, context),
  )

/** An array; its length is checked first, so that a long one is refused quickly. */
export const list = <A>(item: Wire<A>, max: number): Wire<A[]> => {
  const items = t.array(item)
  return wire('an array', (u, context) =>
    Array.isArray(u) && u.length > max
      ? t.failure(u, context, `expected at most ${max} items, found ${u.length}`)
      : items.validate(u, context),
  )
}

/** An object of strings; the result has no prototype, so `__proto__` is an ordinary key. */
export const strings = (value: Wire<string>, isKey: (key: string) => boolean, keyRule: string, max: number) =>
  wire<Readonly<Record<string, string>>>('an object of strings', (u, context) => {
    if (typeof u !== 'object' || u === null || Array.isArray(u)) return t.failure(u, context)
    const entries: [string, unknown][] = Object.entries(u)
    if (entries.length > max)
      return t.failure(u, context, `expected at most ${max} keys, found ${entries.length}`)
    const copy = Object.create(null) as Record<string, string>
    const errors: t.Errors = []
    for (const [key, item] of entries) {
      const inner = t.appendContext(context, key, value, item)
      if (!isKey(key))
        errors.push({ value: item, context: inner, message: `expected a key that is ${keyRule}` })
      const result = value.validate(item, inner)
      if (E.isRight(result)) copy[key] = result.right
      else errors.push(...result.left)
    }
    return errors.length === 0 ? t.success(copy) : t.failures(errors)
  })

const NO_CONTEXT: t.Context = []

/**
 * An object with these fields; others are left out. A context is needed only to describe a failure, so an acceptable object is
 * read without one, at a third of the cost.
 */
export const fields = <P extends t.Props>(props: P): Wire<t.TypeOfProps<P>> => {
  const described = t.type(props, 'an object')
  const entries = Object.entries(props)
  const read = (source: Readonly<Record<string, unknown>>): t.TypeOfProps<P> | undefined => {
    const target: Record<string, unknown> = {}
    for (const [key, codec] of entries) {
      const validation: t.Validation<unknown> = codec.validate(source[key], NO_CONTEXT)
      if (E.isLeft(validation)) return undefined
      target[key] = validation.right
    }
    return target as t.TypeOfProps<P>
  }
  return wire('an object', (u, context) => {
    const value = t.UnknownRecord.is(u) ? read(u) : undefined
    return value === undefined ? described.validate(u, context) : t.success(value)
  })
}
