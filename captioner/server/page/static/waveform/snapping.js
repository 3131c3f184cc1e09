/**
 * @typedef {'shot' | 'word' | 'neighbour' | 'playhead' | 'frame'} SnapKind
 * @typedef {{time: number, kind: SnapKind}} SnapPoint
 */

/** The kinds in the order in which they win. @type {readonly SnapKind[]} */
const ORDER = ['shot', 'word', 'neighbour', 'playhead'];

/**
 * Return the point to which a time snaps: of those within `tolerance` the first kind, and of it the nearest; else the
 * frame it is in, where the frame rate is known; null without.
 * @param {number} time @param {readonly SnapPoint[]} points @param {number} tolerance seconds
 * @param {number | null} frameRate @returns {SnapPoint | null}
 */
export function snapped(time, points, tolerance, frameRate) {
  /** @type {SnapPoint | null} */
  let best = null;
  for (const point of points) {
    if (Math.abs(point.time - time) > tolerance) continue;
    const rank = ORDER.indexOf(point.kind);
    const bestRank = best ? ORDER.indexOf(best.kind) : Infinity;
    const nearer = best ? Math.abs(point.time - time) < Math.abs(best.time - time) : true;
    if (rank < bestRank || (rank === bestRank && nearer)) best = point;
  }
  if (best) return best;
  return frameRate ? { time: Math.round(time * frameRate) / frameRate, kind: 'frame' } : null;
}
