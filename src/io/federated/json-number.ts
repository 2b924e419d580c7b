/** How far a number has come (RFC 8259, section 6). */
export type NumberState = 'minus' | 'zero' | 'whole' | 'point' | 'fraction' | 'e' | 'sign' | 'exponent'

export const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39
const isE = (c: number): boolean => c === 0x65 || c === 0x45

const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e
const ZERO = 0x30

/** Undefined: no number begins so. */
export const beginNumber = (c: number): NumberState | undefined => {
  if (c === MINUS) return 'minus'
  if (c === ZERO) return 'zero'
  return isDigit(c) ? 'whole' : undefined
}

/** Undefined: it does not go on so. */
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

/** Whether it may end there. */
export const isWhole = (state: NumberState): boolean =>
  state === 'zero' || state === 'whole' || state === 'fraction' || state === 'exponent'

/** Whether digits leave it as it is. */
export const takesDigits = (state: NumberState): boolean =>
  state === 'whole' || state === 'fraction' || state === 'exponent'
