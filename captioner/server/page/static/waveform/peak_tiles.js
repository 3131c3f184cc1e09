import { call } from '../shared/api.js';

/** Points a second of each level. */
const RATES = [100, 25, 6.25, 1.5625];

/** Points of a tile. */
const POINTS = 2048;

/** Tiles that are held at most: 48 of 4 kB. */
const MOST = 48;

/**
 * The peaks of the audio, fetched in tiles as they are shown. `onload` is called when one has come.
 */
export class PeakTiles {
  /** @param {string} job @param {number} duration @param {() => void} onload */
  constructor(job, duration, onload) {
    this.job = job;
    this.duration = duration;
    this.onload = onload;
    /** @type {Map<string, Int8Array | null>} */
    this.tiles = new Map();
    this.closed = false;
    this.failures = 0;
  }

  /** Return the level to draw at: one to four points a pixel. @param {number} pixelsPerSecond */
  levelAt(pixelsPerSecond) {
    let level = 0;
    while (level < RATES.length - 1 && /** @type {number} */ (RATES[level]) / pixelsPerSecond > 4) level += 1;
    return level;
  }

  /**
   * Return the least and the greatest value in a span, -128 to 127; null while it is not known.
   * @param {number} level @param {number} from @param {number} to seconds @returns {[number, number] | null}
   */
  range(level, from, to) {
    const rate = /** @type {number} */ (RATES[level]);
    const first = Math.max(0, Math.floor(from * rate));
    const last = Math.max(first + 1, Math.ceil(to * rate));
    let [least, most] = [127, -128];
    for (let point = first; point < last; point += 1) {
      const tile = this.#tile(level, Math.floor(point / POINTS));
      const at = (point % POINTS) * 2;
      if (!tile || at + 1 >= tile.length) continue;
      least = Math.min(least, /** @type {number} */ (tile[at]));
      most = Math.max(most, /** @type {number} */ (tile[at + 1]));
    }
    return most >= least ? [least, most] : null;
  }

  close() {
    this.closed = true;
  }

  /** @param {number} level @param {number} index @returns {Int8Array | null} */
  #tile(level, index) {
    const key = `${level}/${index}`;
    const tile = this.tiles.get(key);
    if (tile !== undefined) {
      // The last one used is the last in the map.
      this.tiles.delete(key);
      this.tiles.set(key, tile);
      return tile;
    }
    this.tiles.set(key, null);
    if (this.tiles.size > MOST) this.tiles.delete(/** @type {string} */ (this.tiles.keys().next().value));
    void this.#fetch(level, index, key);
    return null;
  }

  /** @param {number} level @param {number} index @param {string} key */
  async #fetch(level, index, key) {
    const rate = /** @type {number} */ (RATES[level]);
    const [from, to] = [(index * POINTS) / rate, ((index + 1) * POINTS) / rate];
    try {
      const response = await call(`/v1/jobs/${this.job}/peaks?level=${level}&from=${from}&to=${to}`);
      const data = new Int8Array(await response.arrayBuffer());
      if (this.closed) return;
      this.failures = 0;
      this.tiles.set(key, data);
      const isWhole = data.length >= POINTS * 2 || response.headers.get('X-Complete') !== '0';
      if (!isWhole) this.#retry(key, 1000);
      this.onload();
    } catch {
      this.failures += 1;
      this.#retry(key, Math.min(30000, 1000 * 2 ** this.failures));
    }
  }

  /** @param {string} key @param {number} delay */
  #retry(key, delay) {
    setTimeout(() => {
      if (this.closed) return;
      this.tiles.delete(key);
      this.onload();
    }, delay);
  }
}
