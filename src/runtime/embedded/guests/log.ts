/** The part of a pino logger that is used here. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (obj: object, msg: string) => void>>
