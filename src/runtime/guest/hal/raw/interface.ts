/**
 * A function: its unsigned parameters (`i` is a number, `l` a bigint) and its implementation, which throws for a result
 * of -1.
 */
export type RawFunction = readonly [parameters: string, call: (...args: never[]) => unknown]
export type RawInterface = Readonly<Record<string, RawFunction>>
export type N = number
export type L = bigint
