/** @import {Cue, Style, Word} from '../shared/types.js' */
import { rounded } from '../shared/clock.js';
import { newId } from '../shared/ids.js';
import { isUnspaced, textWords } from '../shared/text_units.js';
import { editedWords, inOrder, spreadWords } from './word_times.js';

/** Offsets in this module are code points. */

/** Return the cue with another text. @param {Cue} cue @param {string} text @returns {Cue} */
export function withText(cue, text) {
  if (text === cue.text) return cue;
  const length = Array.from(text).length;
  const styles = (cue.styles ?? []).filter((style) => style.last <= length);
  return { ...cue, text, words: editedWords(cue, text), styles };
}

/**
 * Return the cue with its text before `at` and with the text after it; both have the times of the cue.
 * @param {Cue} cue @param {number} at @returns {[Cue, Cue]}
 */
export function cutText(cue, at) {
  const points = Array.from(cue.text);
  const left = points.slice(0, at).join('').trimEnd();
  const right = points.slice(at).join('').trimStart();
  const skipped = points.length - Array.from(right).length;
  const words = cutWords(cue.words, at);
  const count = wordsBefore(words, at);
  return [
    { ...cue, text: left, words: withEnds(words.slice(0, count), left), styles: stylesBetween(cue, 0, Array.from(left).length) },
    { ...cue, text: right, words: withEnds(words.slice(count), right), styles: stylesBetween(cue, skipped, points.length) },
  ];
}

/** Return the first cue with the text of the second at its end. @param {Cue} first @param {Cue} second @param {string} space @returns {Cue} */
export function joinedText(first, second, space) {
  if (!first.text || !second.text) {
    const filled = first.text ? first : second;
    return { ...first, text: filled.text, words: filled.words, styles: filled.styles ?? [] };
  }
  /** @type {Word[]} */
  let words = [];
  if (first.words.length || second.words.length) {
    const before = first.words.length ? first.words : spreadWords(first);
    const after = second.words.length ? second.words : spreadWords(second);
    words = inOrder([...before, ...after.map((word, index) => (index ? word : { ...word, text: space + word.text }))]);
  }
  const offset = Array.from(first.text + space).length;
  const moved = (second.styles ?? []).map((style) => ({ ...style, first: style.first + offset, last: style.last + offset }));
  return { ...first, text: first.text + space + second.text, words, styles: [...(first.styles ?? []), ...moved] };
}

/**
 * Return the place nearest to `at` where a text may be cut; null if one side would be blank.
 * @param {string} text @param {number} at @returns {number | null}
 */
export function placeToCut(text, at) {
  const points = Array.from(text);
  let best = null;
  for (let edge = 1; edge < points.length; edge += 1) {
    const [before = '', after = ''] = [points[edge - 1], points[edge]];
    const mayCut = /\s/.test(before) || /\s/.test(after) || isUnspaced(before) || isUnspaced(after);
    if (!mayCut || /\p{M}|\u200d/u.test(after)) continue;
    if (!points.slice(0, edge).join('').trim() || !points.slice(edge).join('').trim()) continue;
    if (best === null || Math.abs(edge - at) < Math.abs(best - at)) best = edge;
  }
  return best;
}

/**
 * Return the code points of the first `count` words; a negative count leaves that many at the end. Null if the cue has
 * no more words than that.
 * @param {Cue} cue @param {number} count @returns {number | null}
 */
export function firstWords(cue, count) {
  const texts = cue.words.length ? cue.words.map((word) => word.text) : textWords(cue.text);
  if (!count || Math.abs(count) >= texts.length) return null;
  return Array.from(texts.slice(0, count).join('')).length;
}

/** @param {readonly Word[]} words @param {number} at @returns {Word[]} */
function cutWords(words, at) {
  let first = 0;
  return words.flatMap((word) => {
    const points = Array.from(word.text);
    const [left, right] = [points.slice(0, at - first).join(''), points.slice(at - first).join('')];
    const inside = at > first && at < first + points.length && left.trim() && right.trim();
    first += points.length;
    if (!inside) return [word];
    const middle = rounded(word.start + ((word.end - word.start) * left.trim().length) / word.text.trim().length);
    return [
      { ...word, end: middle, text: left, source: /** @type {const} */ ('interpolated') },
      { ...word, id: newId('w'), start: middle, text: right, source: /** @type {const} */ ('interpolated') },
    ];
  });
}

/** @param {readonly Word[]} words @param {number} at */
function wordsBefore(words, at) {
  let first = 0;
  for (const [count, word] of words.entries()) {
    const space = Array.from(word.text).length - Array.from(word.text.trimStart()).length;
    if (first + space >= at) return count;
    first += Array.from(word.text).length;
  }
  return words.length;
}

/** @param {readonly Word[]} words @param {string} text @returns {Word[]} */
function withEnds(words, text) {
  if (!words.length) return [];
  const trimmed = words.map((word, index) => (index ? word : { ...word, text: word.text.trimStart() }));
  const last = /** @type {Word} */ (trimmed.at(-1));
  trimmed[trimmed.length - 1] = { ...last, text: last.text.trimEnd() };
  return trimmed.map((word) => word.text).join('') === text ? inOrder(trimmed) : [];
}

/** @param {Cue} cue @param {number} first @param {number} last @returns {Style[]} */
function stylesBetween(cue, first, last) {
  return (cue.styles ?? []).flatMap((style) => {
    const [begin, end] = [Math.max(style.first, first) - first, Math.min(style.last, last) - first];
    return begin < end ? [{ ...style, first: begin, last: end }] : [];
  });
}
