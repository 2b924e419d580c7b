/** Longer numbers are refused; they may be sent as strings. */
const LONGEST = 1024
/** The number of digits of the largest 64-bit integer. */
const INTEGER_DIGITS = 20

/** ±digits × 10^exponent; digits have no zeros at either end, so that equal values have equal texts. */
type Decimal = { readonly sign: string; readonly digits: string; readonly exponent: number }

const decimalOf = (token: string): Decimal | undefined => {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(token) ?? []
  const all = whole + fraction
  let start = 0
  let end = all.length
  while (start < end && all[start] === '0') start++
  while (end > start && all[end - 1] === '0') end--
  if (whole === '') return undefined
  if (start === end) return { sign, digits: '', exponent: 0 }
  return { sign, digits: all.slice(start, end), exponent: Number(power) - fraction.length + all.length - end }
}

const isSame = (a: Decimal, b: Decimal | undefined): boolean =>
  a.sign === b?.sign && a.digits === b.digits && a.exponent === b.exponent

/**
 * The text of a JSON number as passed to a task, without loss: integers of up to 20 digits in full (`1e3` is `1000`), other
 * numbers as printed by JavaScript if the value is the same, otherwise as written. `-0` keeps its sign. Undefined if it is beyond
 * the range of a double, or longer than 1024 characters.
 */
export const numberText = (token: string): string | undefined => {
  if (token.length > LONGEST || !Number.isFinite(Number(token))) return undefined
  if (/^-?\d+$/.test(token)) return token
  const decimal = decimalOf(token)
  if (decimal === undefined) return undefined
  const { sign, digits, exponent } = decimal
  if (digits === '') return `${sign}0`
  if (exponent >= 0 && digits.length + exponent <= INTEGER_DIGITS) return sign + digits + '0'.repeat(exponent)
  const printed = String(Number(token))
  return isSame(decimal, decimalOf(printed)) ? printed : token
}
