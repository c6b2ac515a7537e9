// Code points, which the server counts, to UTF-16 units, which the browser counts, and back. Nothing else converts.

/** Converts offsets of one text; each conversion is a binary search among its astral characters. */
export class Offsets {
  /** @param {string} text the whole text, exactly as the server sent it */
  constructor(text) {
    this.astral = []; // UTF-16 position of the first half of every astral character, ascending
    for (let unit = 0; unit < text.length; unit++) {
      if (text.codePointAt(unit) > 0xffff) this.astral.push(unit++);
    }
    this.units = text.length;
    this.points = text.length - this.astral.length;
  }

  /** Code points before a UTF-16 position; a position between two halves counts as before the character. */
  toPoints(unit) {
    const { astral } = this;
    let low = 0;
    let high = astral.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (astral[middle] + 1 < unit) low = middle + 1;
      else high = middle;
    }
    return low < astral.length && astral[low] + 1 === unit ? unit - 1 - low : unit - low;
  }

  /** UTF-16 position of a code point offset: the k-th astral character stands at code point astral[k] - k. */
  toUnits(point) {
    const { astral } = this;
    let low = 0;
    let high = astral.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (astral[middle] - middle < point) low = middle + 1;
      else high = middle;
    }
    return point + low;
  }
}
