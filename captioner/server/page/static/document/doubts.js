/** @import {Cue, Region, Rules} from '../shared/types.js' */
import { bareWord } from '../shared/text_units.js';
import { findingsOf } from './lint.js';

/**
 * @typedef {{kind: 'lost' | 'text' | 'lint' | 'confidence' | 'chain', cue: string | null, start: number, end: number,
 *   detail: string, count?: number}} ReviewItem
 *   Something to look at; `cue` is null for lost speech where there is no cue. `count` is how often an equal word is
 *   doubted.
 */

/** The order of the review: speech without text first, taste last. */
const ORDER = ['lost', 'text', 'lint', 'confidence', 'chain'];

/** Return code and detail of a doubt. @param {string} doubt @returns {[string, string]} */
export function doubtParts(doubt) {
  const colon = doubt.indexOf(':');
  return colon < 0 ? [doubt, ''] : [doubt.slice(0, colon), doubt.slice(colon + 1).trim()];
}

/**
 * Return the ranges of a cue's text whose words are doubted, as UTF-16 offsets.
 * @param {Cue} cue @returns {[number, number][]}
 */
export function doubtedRanges(cue) {
  const doubted = new Set(cue.doubts.map(doubtParts).filter(([code]) => code === 'confidence').map(([, detail]) => detail));
  if (!doubted.size) return [];
  /** @type {[number, number][]} */
  const ranges = [];
  for (const match of cue.text.matchAll(/\S+/gu)) {
    const word = bareWord(match[0]);
    if (!doubted.has(word)) continue;
    const first = match.index + match[0].indexOf(word);
    ranges.push([first, first + word.length]);
  }
  if (ranges.length) return ranges;
  for (const word of doubted) {
    const first = word ? cue.text.indexOf(word) : -1;
    if (first >= 0) ranges.push([first, first + word.length]);
  }
  return ranges.sort((one, other) => one[0] - other[0]);
}

/** Return whether a cue is doubted as a whole: its text may not be what is said. @param {Cue} cue */
export function isDoubted(cue) {
  return cue.doubts.some((doubt) => doubtParts(doubt)[0] !== 'confidence');
}

/**
 * Return what to look at in review, in its order; by time within each kind.
 * @param {readonly Cue[]} cues @param {readonly Region[]} regions @param {Rules} rules @returns {ReviewItem[]}
 */
export function reviewItems(cues, regions, rules) {
  /** @type {ReviewItem[]} */
  const items = lostRegions(cues, regions);
  /** @type {Map<string, number>} */
  const counts = new Map();
  cues.forEach((cue, index) => {
    const span = { cue: cue.id, start: cue.start, end: cue.end };
    for (const [code, detail] of cue.doubts.map(doubtParts)) {
      if (code === 'confidence' && !cue.text.includes(detail)) continue;
      if (code === 'confidence') counts.set(detail, (counts.get(detail) ?? 0) + 1);
      items.push({ ...span, kind: code === 'confidence' ? 'confidence' : code === 'lost' ? 'lost' : 'text', detail });
    }
    for (const finding of findingsOf(cue, cues[index - 1], rules)) {
      items.push({ ...span, kind: finding.level === 'error' ? 'lint' : 'chain', detail: finding.rule });
    }
  });
  for (const item of items) if (item.kind === 'confidence') item.count = counts.get(item.detail) ?? 1;
  return items.sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || one.start - other.start);
}

/** @param {readonly Cue[]} cues @param {readonly Region[]} regions @returns {ReviewItem[]} */
function lostRegions(cues, regions) {
  return regions
    .filter((region) => ['failed', 'blocked', 'truncated'].includes(region.status))
    .filter((region) => !cues.some((cue) => cue.start < region.end && cue.end > region.start))
    .map((region) => ({ kind: 'lost', cue: null, start: region.start, end: region.end, detail: region.reason ?? region.status }));
}
