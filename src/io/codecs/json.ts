const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The index of the quote that ends the string whose opening quote is at `start`; the end of the text if there is none. */
const endOfString = (json: string, start: number): number => {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let before = end - 1
    while (json.charCodeAt(before) === BACKSLASH) before--
    if ((end - before) % 2 === 1) return end
  }
  return json.length
}

/**
 * Whether arrays and objects nest deeper than `max`; exact for the part of the text that is JSON. `JSON.parse` takes seconds and
 * gigabytes for 10 MB of brackets.
 */
export const isDeeperThan = (json: string, max: number): boolean => {
  let depth = 0
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i)
    if (c === QUOTE) i = endOfString(json, i)
    else if (c === OPEN_ARRAY || c === OPEN_OBJECT) {
      if (++depth > max) return true
    } else if (c === CLOSE_ARRAY || c === CLOSE_OBJECT) depth--
  }
  return false
}

const isKey = (json: string, start: number, end: number, key: string): boolean => {
  const written = json.slice(start, end + 1)
  return (written.includes('\\') ? JSON.parse(written) : written.slice(1, -1)) === key
}

/**
 * The source texts of the items in the array under `key` of an object (the last of duplicate keys, like `JSON.parse`). Empty if
 * there is no array.
 * @param json the valid text of a JSON object
 */
export const itemTexts = (json: string, key: string): readonly string[] => {
  let items: string[] = []
  let depth = 0
  let atKey = false
  let isWanted = false
  let itemStart = -1
  const endItem = (end: number): void => {
    const item = json.slice(itemStart, end).trim()
    if (item !== '') items.push(item)
  }
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i)
    if (c === QUOTE) {
      const end = endOfString(json, i)
      if (atKey) {
        isWanted = isKey(json, i, end, key)
        if (isWanted) items = []
        atKey = false
      }
      i = end
    } else if (c === OPEN_ARRAY || c === OPEN_OBJECT) {
      depth++
      if (depth === 1) atKey = true
      else if (depth === 2 && isWanted && c === OPEN_ARRAY) itemStart = i + 1
    } else if (c === CLOSE_ARRAY || c === CLOSE_OBJECT) {
      if (depth === 2 && itemStart !== -1) {
        endItem(i)
        itemStart = -1
      }
      depth--
    } else if (c === COMMA && depth === 1) atKey = true
    else if (c === COMMA && depth === 2 && itemStart !== -1) {
      endItem(i)
      itemStart = i + 1
    }
  }
  return items
}
