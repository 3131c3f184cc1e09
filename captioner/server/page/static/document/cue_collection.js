/** @import {Cue} from '../shared/types.js' */

/** Cues by id and in order of start; those with the same start by id. */
export class CueCollection {
  /** @param {Iterable<Cue>} cues */
  constructor(cues) {
    /** @type {Map<string, Cue>} */
    this.byId = new Map();
    for (const cue of cues) this.byId.set(cue.id, cue);
    /** @type {Cue[]} */
    this.all = [...this.byId.values()].sort(inOrder);
  }

  /** @param {string | null | undefined} id @returns {Cue | undefined} */
  get(id) {
    return id ? this.byId.get(id) : undefined;
  }

  /** Return the place of a cue, or -1. @param {string | null | undefined} id */
  indexOf(id) {
    const cue = this.get(id);
    if (!cue) return -1;
    const index = this.#place(cue);
    return this.all[index]?.id === id ? index : -1;
  }

  /** Return the cue `offset` places after another. @param {string} id @param {number} offset @returns {Cue | undefined} */
  beside(id, offset) {
    const index = this.indexOf(id);
    return index < 0 ? undefined : this.all[index + offset];
  }

  /** Return the index of the first cue that ends after a time. @param {number} time */
  firstAfter(time) {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {Cue} */ (this.all[middle]).end > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Put a cue in its place, instead of one with the same id. @param {Cue} cue */
  put(cue) {
    const old = this.byId.get(cue.id);
    if (old && old.start === cue.start) {
      this.all[this.#place(old)] = cue;
    } else {
      if (old) this.all.splice(this.#place(old), 1);
      this.all.splice(this.#place(cue), 0, cue);
    }
    this.byId.set(cue.id, cue);
  }

  /** @param {string} id */
  remove(id) {
    const cue = this.byId.get(id);
    if (!cue) return;
    this.all.splice(this.#place(cue), 1);
    this.byId.delete(id);
  }

  /** Return the index of a cue, or that at which it belongs. @param {Cue} cue */
  #place(cue) {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (inOrder(/** @type {Cue} */ (this.all[middle]), cue) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** @param {Cue} one @param {Cue} other */
function inOrder(one, other) {
  return one.start - other.start || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}
