/** @import {Cue, Operation} from '../shared/types.js' */
/** @import {DocumentStore} from '../document/document_store.js' */
/** @import {SnapPoint} from './snapping.js' */
import { movedBorder } from '../document/cue_times.js';
import { rounded } from '../shared/clock.js';

/**
 * @typedef {{kind: 'border', left: string, right: string} | {kind: 'start' | 'end' | 'move', cue: string}} Grip
 *   What a pointer holds: the border that two cues share, an edge of a cue, or all of it.
 */

/** Pixels around an edge in which a pointer holds it. */
const REACH = 7;

/**
 * Return what a pointer at a time would hold. Cues no further apart than the minimum gap share a border.
 * @param {DocumentStore} store @param {number} time @param {number} perSecond @param {boolean} single whether to hold one edge
 * @param {string | null} current the cue that is preferred where two overlap @returns {Grip | null}
 */
export function gripAt(store, time, perSecond, single, current) {
  const reach = REACH / perSecond;
  const { cues } = store;
  let index = Math.max(0, store.view.firstAfter(time - reach) - 1);
  /** @type {{grip: Grip, far: number} | null} */
  let best = null;
  /** @type {Grip | null} */
  let inside = null;
  for (; index < cues.length; index += 1) {
    const cue = /** @type {Cue} */ (cues[index]);
    if (cue.start > time + reach) break;
    for (const edge of /** @type {const} */ (['start', 'end'])) {
      const far = Math.abs(cue[edge] - time) - (cue.id === current ? reach / 4 : 0);
      if (far > reach || (best && best.far <= far)) continue;
      best = { far, grip: single ? { kind: edge, cue: cue.id } : sharedBorder(store, index, edge) };
    }
    if (cue.start <= time && time < cue.end && (!inside || cue.id === current)) inside = { kind: 'move', cue: cue.id };
  }
  return best?.grip ?? inside;
}

/** @param {DocumentStore} store @param {number} index @param {'start' | 'end'} edge @returns {Grip} */
function sharedBorder(store, index, edge) {
  const cue = /** @type {Cue} */ (store.cues[index]);
  const [left, right] = edge === 'start' ? [store.cues[index - 1], cue] : [cue, store.cues[index + 1]];
  const gap = left && right ? right.start - left.end : Infinity;
  const isShared = left && right && gap >= -0.0005 && gap <= store.rules.gap + 0.0015;
  return isShared ? { kind: 'border', left: left.id, right: right.id } : { kind: edge, cue: cue.id };
}

/**
 * Return the cues as a drag to a time would leave them; neighbours, the shortest duration and locks limit it.
 * @param {DocumentStore} store @param {Grip} grip @param {number} time of the edge, or of the start of the cue
 * @returns {Cue[]}
 */
export function dragged(store, grip, time) {
  if (grip.kind === 'border') {
    const [left, right] = [store.view.get(grip.left), store.view.get(grip.right)];
    return left && right ? movedBorder(left, right, time, store.rules) : [];
  }
  const cue = store.view.get(grip.cue);
  if (!cue || cue.locked) return cue ? [cue] : [];
  const [before, after] = [store.view.beside(cue.id, -1), store.view.beside(cue.id, 1)];
  const free = before && before.end <= cue.start ? before.end : 0;
  const until = after && after.start >= cue.end ? after.start : Infinity;
  const least = Math.min(store.rules.minimum_duration, cue.end - cue.start);
  if (grip.kind === 'start') return [{ ...cue, start: rounded(Math.min(Math.max(time, free), cue.end - least)) }];
  if (grip.kind === 'end') return [{ ...cue, end: rounded(Math.max(Math.min(time, until), cue.start + least)) }];
  const start = Math.min(Math.max(time, free), until - (cue.end - cue.start));
  return [{ ...cue, start: rounded(start), end: rounded(start + cue.end - cue.start) }];
}

/** Return the operation of a drag that ended; null if nothing moved. @param {DocumentStore} store @param {Grip} grip @param {Cue[]} cues @returns {Operation | null} */
export function dragOperation(store, grip, cues) {
  const moved = cues.filter((cue) => {
    const old = store.view.get(cue.id);
    return old && (old.start !== cue.start || old.end !== cue.end);
  });
  const last = cues.at(-1);
  if (!moved.length || !last) return null;
  if (grip.kind === 'border') return { op: 'setBorder', left: grip.left, right: grip.right, time: borderTime(store, grip, cues) };
  return { op: 'setTimes', cue: last.id, start: last.start, end: last.end };
}

/** @param {DocumentStore} store @param {{left: string, right: string}} grip @param {Cue[]} cues */
function borderTime(store, grip, cues) {
  const [left, right] = [store.view.get(grip.left), store.view.get(grip.right)];
  if (!left || !right) return 0;
  // A locked cue keeps its edge, so the time of the other edge is the one that says where the border was.
  return right.locked ? rounded(/** @type {Cue} */ (cues[0]).end + right.start - left.end) : /** @type {Cue} */ (cues[1]).start;
}

/**
 * Return what a dragged edge may snap to. @param {DocumentStore} store @param {Grip} grip @param {readonly number[]} shots
 * @param {number} playhead @param {number} time @param {number} around seconds @returns {SnapPoint[]}
 */
export function snapPoints(store, grip, shots, playhead, time, around) {
  /** @type {SnapPoint[]} */
  const points = [{ time: playhead, kind: 'playhead' }];
  const own = grip.kind === 'border' ? [grip.left, grip.right] : [grip.cue];
  for (const shot of shots) if (Math.abs(shot - time) < around) points.push({ time: shot, kind: 'shot' });
  for (let index = Math.max(0, store.view.firstAfter(time - around) - 2); index < store.cues.length; index += 1) {
    const cue = /** @type {Cue} */ (store.cues[index]);
    if (cue.start > time + around) break;
    for (const word of cue.words) points.push({ time: word.start, kind: 'word' }, { time: word.end, kind: 'word' });
    if (own.includes(cue.id)) continue;
    const { gap } = store.rules;
    points.push({ time: grip.kind === 'start' || grip.kind === 'move' ? cue.end + gap : cue.start - gap, kind: 'neighbour' });
  }
  return points;
}
