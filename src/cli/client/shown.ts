/** Output of a command, or its end. */
export type Shown =
  /** Written unchanged to standard output; on a terminal, control characters are escaped. */
  | { readonly type: 'result'; readonly text: string }
  /** A line for people. */
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'failure'; readonly text: string }
  /** Replaces the previous line; only on a terminal. */
  | { readonly type: 'status'; readonly text: string }
  | { readonly type: 'exit'; readonly code: number }

export const note = (text: string): Shown => ({ type: 'note', text })
export const exit = (code: number): Shown => ({ type: 'exit', code })
export const result = (text: string): Shown => ({ type: 'result', text })
export const failure = (text: string): Shown => ({ type: 'failure', text })
