/** @import {Cue} from '../shared/types.js' */

/** Heights of the rows of a list: measured ones, and an estimate for those that were never shown. */
export class RowHeights {
  constructor() {
    /** @type {Map<string, number>} */
    this.known = new Map();
    this.line = 22;
    this.rest = 16;
    /** @type {Float64Array} */
    this.tops = new Float64Array(1);
  }

  /** Compute the place of each row. @param {readonly Cue[]} cues */
  layOut(cues) {
    const tops = new Float64Array(cues.length + 1);
    let top = 0;
    for (let index = 0; index < cues.length; index += 1) {
      tops[index] = top;
      top += this.#heightOf(/** @type {Cue} */ (cues[index]));
    }
    tops[cues.length] = top;
    this.tops = tops;
  }

  /** @returns {number} the height of all rows */
  get total() {
    return this.tops[this.tops.length - 1] ?? 0;
  }

  /** Return the top of a row. @param {number} index */
  top(index) {
    return this.tops[index] ?? this.total;
  }

  /** Return the index of the row at a height. @param {number} y */
  at(y) {
    let [low, high] = [0, this.tops.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (/** @type {number} */ (this.tops[middle]) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Store a measured height. Returns whether it is new. @param {string} id @param {number} height */
  measured(id, height) {
    if (!height || Math.abs((this.known.get(id) ?? 0) - height) < 0.5) return false;
    this.known.set(id, height);
    return true;
  }

  /** Forget everything, after the width changed. */
  clear() {
    this.known.clear();
  }

  /** @param {Cue} cue */
  #heightOf(cue) {
    return this.known.get(cue.id) ?? this.rest + this.line * Math.max(1, cue.text.split('\n').length);
  }
}
