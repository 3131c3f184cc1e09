/** @import {Cue, Operation} from '../shared/types.js' */

/**
 * @typedef {{text: string, matchCase: boolean, wholeWord: boolean, pattern: boolean}} Query
 * @typedef {{cue: string, first: number, last: number}} Match  Offsets are UTF-16 units.
 */

/** Return the expression of a query; null if it is empty or malformed. @param {Query} query @returns {RegExp | null} */
export function expressionOf({ text, matchCase, wholeWord, pattern }) {
  if (!text) return null;
  const plain = pattern ? text : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
  const source = wholeWord ? `(?<![\\p{L}\\p{N}\\p{M}])(?:${plain})(?![\\p{L}\\p{N}\\p{M}])` : plain;
  try {
    return new RegExp(source, matchCase ? 'gu' : 'giu');
  } catch {
    return null;
  }
}

/** Return all matches, in order. @param {readonly Cue[]} cues @param {Query} query @returns {Match[]} */
export function matchesOf(cues, query) {
  const expression = expressionOf(query);
  if (!expression) return [];
  return cues.flatMap((cue) =>
    [...cue.text.matchAll(expression)]
      .filter((match) => match[0])
      .map((match) => ({ cue: cue.id, first: match.index, last: match.index + match[0].length })),
  );
}

/**
 * Return the operations that replace matches in some cues. A pattern's groups are `$1`, `$2`.
 * @param {readonly Cue[]} cues @param {Query} query @param {string} replacement @returns {Operation[]}
 */
export function replaceAll(cues, query, replacement) {
  const expression = expressionOf(query);
  if (!expression) return [];
  return cues.flatMap((cue) => {
    const text = query.pattern ? cue.text.replace(expression, replacement) : cue.text.replace(expression, () => replacement);
    return text === cue.text ? [] : [{ op: /** @type {const} */ ('setText'), cue: cue.id, text }];
  });
}

/**
 * Return the word that was corrected, if a text was changed in one word only. @param {string} before @param {string} after
 * @returns {{from: string, to: string} | null}
 */
export function correctedWord(before, after) {
  const [old, now] = [before.split(/\s+/).filter(Boolean), after.split(/\s+/).filter(Boolean)];
  if (!old.length || !now.length) return null;
  let first = 0;
  while (first < old.length && first < now.length && old[first] === now[first]) first += 1;
  let end = 0;
  while (end < old.length - first && end < now.length - first && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const strip = (/** @type {string} */ text) => text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  const from = strip(old.slice(first, old.length - end).join(' '));
  const to = strip(now.slice(first, now.length - end).join(' '));
  const isShort = old.length - end - first <= 3 && now.length - end - first <= 3;
  return from && to && isShort && from !== to ? { from, to } : null;
}
