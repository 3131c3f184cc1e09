/** @import {Cue, Rules} from '../shared/types.js' */
import { rounded } from '../shared/clock.js';

/** Seconds: the shortest cue that a file can hold. */
const SHORTEST = 0.001;

/**
 * Return two neighbours with a new border: the second starts with its first word, the first ends before it. Without
 * word times they share their time by their characters.
 * @param {Cue} left @param {Cue} right @param {Rules} rules @returns {[Cue, Cue]}
 */
export function dividedTimes(left, right, rules) {
  const { start } = left;
  const { end } = right;
  const [lastWord, firstWord] = [left.words.at(-1), right.words[0]];
  const share = left.text.length / Math.max(1, left.text.length + right.text.length);
  let spoken = lastWord && firstWord ? lastWord.end : start + (end - start) * share;
  const first = onGrid(lastWord && firstWord ? firstWord.start : spoken, rules);
  const begin = Math.min(Math.max(first, start + 2 * SHORTEST), Math.max(end - SHORTEST, start + SHORTEST));
  if (begin - spoken < Math.max(rules.gap, rules.chain)) spoken = Math.max(begin - rules.gap, start + (begin - start) / 2);
  spoken = Math.min(Math.max(onGrid(spoken, rules), start + SHORTEST), begin);
  return [{ ...left, end: rounded(spoken) }, { ...right, start: rounded(begin) }];
}

/** Return the nearest frame's time, or millisecond where the frame rate is unknown. @param {number} time @param {Rules} rules */
function onGrid(time, rules) {
  const rate = rules.frame_rate ?? 1000;
  return Math.round(time * rate) / rate;
}

/**
 * Return two neighbours, the second starting at `time` and the first ending as long before it as now. Neither becomes
 * shorter than the minimum duration, or than it is; a locked one keeps its times.
 * @param {Cue} left @param {Cue} right @param {number} time @param {Rules} rules @returns {[Cue, Cue]}
 */
export function movedBorder(left, right, time, rules) {
  const gap = right.start - left.end;
  const least = rules.minimum_duration;
  const rightMost = right.end - Math.min(least, right.end - right.start);
  const leftMost = left.start + Math.min(least, left.end - left.start);
  const closest = Math.min(Math.max(gap, 0), rules.gap);
  if (left.locked && right.locked) return [left, right];
  if (left.locked) return [left, { ...right, start: rounded(Math.min(Math.max(time, left.end + closest), rightMost)) }];
  if (right.locked) return [{ ...left, end: rounded(Math.max(Math.min(time - gap, right.start - closest), leftMost)) }, right];
  const start = Math.min(Math.max(time, leftMost + gap), rightMost);
  return [{ ...left, end: rounded(start - gap) }, { ...right, start: rounded(start) }];
}
