/** Of a function: its parameters, unsigned, `i` a number and `l` a bigint, and what it does; throws for -1. */
export type RawFunction = readonly [parameters: string, call: (...args: never[]) => unknown]
export type RawInterface = Readonly<Record<string, RawFunction>>
export type N = number
export type L = bigint
