/** States of reading a number (RFC 8259, section 6). */
export type NumberState = 'minus' | 'zero' | 'whole' | 'point' | 'fraction' | 'e' | 'sign' | 'exponent'

export const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39
const isE = (c: number): boolean => c === 0x65 || c === 0x45

const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e
const ZERO = 0x30

/** The first state; undefined if no number starts with this byte. */
export const beginNumber = (c: number): NumberState | undefined => {
  if (c === MINUS) return 'minus'
  if (c === ZERO) return 'zero'
  return isDigit(c) ? 'whole' : undefined
}

/** The next state; undefined if the number cannot continue with this byte. */
export const advance = (state: NumberState, c: number): NumberState | undefined => {
  switch (state) {
    case 'minus':
      return c === MINUS ? undefined : beginNumber(c)
    case 'whole':
      if (isDigit(c)) return 'whole'
      return afterWhole(c)
    case 'zero':
      return afterWhole(c)
    case 'point':
    case 'fraction':
      if (isDigit(c)) return 'fraction'
      return state === 'fraction' && isE(c) ? 'e' : undefined
    case 'e':
      if (c === PLUS || c === MINUS) return 'sign'
      return isDigit(c) ? 'exponent' : undefined
    case 'sign':
    case 'exponent':
      return isDigit(c) ? 'exponent' : undefined
  }
}

const afterWhole = (c: number): NumberState | undefined => {
  if (c === POINT) return 'point'
  return isE(c) ? 'e' : undefined
}

/** Whether the number may end in this state. */
export const isWhole = (state: NumberState): boolean =>
  state === 'zero' || state === 'whole' || state === 'fraction' || state === 'exponent'

/** Whether digits do not change this state. */
export const takesDigits = (state: NumberState): boolean =>
  state === 'whole' || state === 'fraction' || state === 'exponent'
