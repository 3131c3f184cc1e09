/** @import {Cue, Word} from '../shared/types.js' */
import { rounded } from '../shared/clock.js';
import { newId } from '../shared/ids.js';
import { textWords, wordKey } from '../shared/text_units.js';

/** Seconds that a word lasts at least. */
const SHORTEST = 0.001;

/** Seconds for each new word for which a pause counts as its time; in a shorter one it takes half of a neighbour. */
const ROOM = 0.06;

/**
 * Return the words of a cue after its text became `text`: words that stay keep their times and ids, new ones share the
 * time of those they replace, or the gap. None if the cue had none. The server computes the same with more care; this
 * is what the page shows until it answers.
 * @param {Cue} cue @param {string} text @returns {Word[]}
 */
export function editedWords(cue, text) {
  if (!cue.words.length || !text.trim()) return [];
  const old = [...cue.words];
  const texts = textWords(text);
  /** @type {Word[]} */
  const timed = [];
  for (const { first, last, newFirst, newLast } of differences(old.map((word) => wordKey(word.text)), texts.map(wordKey))) {
    const run = texts.slice(newFirst, newLast);
    if (last - first === run.length) {
      run.forEach((word, index) => timed.push(renamed(/** @type {Word} */ (old[first + index]), word)));
    } else if (last > first) {
      timed.push(...shared(/** @type {Word} */ (old[first]).start, /** @type {Word} */ (old[last - 1]).end, run));
    } else {
      timed.push(...inserted(timed, old, first, run, cue));
    }
  }
  return inOrder(timed);
}

/** Return the words of a cue without word times, which share its time. @param {Cue} cue @returns {Word[]} */
export function spreadWords(cue) {
  return inOrder(shared(cue.start, cue.end, textWords(cue.text)));
}

/** Return the words with times that do not overlap. @param {readonly Word[]} words @returns {Word[]} */
export function inOrder(words) {
  let free = 0;
  return words.map((word) => {
    const start = Math.max(word.start, free);
    free = Math.max(word.end, rounded(start + SHORTEST));
    return start === word.start && free === word.end ? word : { ...word, start, end: free };
  });
}

/** @param {Word} word @param {string} text @returns {Word} */
function renamed(word, text) {
  if (word.text === text) return word;
  return { ...word, text, confidence: wordKey(word.text) === wordKey(text) ? word.confidence : null };
}

/** @param {number} start @param {number} end @param {readonly string[]} texts @returns {Word[]} */
function shared(start, end, texts) {
  const weights = texts.map((text) => Array.from(text.trim()).length + 0.5);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let edge = start;
  return texts.map((text, index) => {
    const begin = edge;
    edge = rounded(begin + ((end - start) * (weights[index] ?? 0)) / sum);
    return { id: newId('w'), start: begin, end: Math.max(begin, edge), text, confidence: null, source: 'interpolated' };
  });
}

/**
 * Return new words before the old one at `index`. A neighbour that gives up time is replaced in its list.
 * @param {Word[]} before @param {Word[]} old @param {number} index @param {string[]} texts @param {Cue} cue
 */
function inserted(before, old, index, texts, cue) {
  const earlier = before.at(-1);
  const after = old[index];
  let start = earlier ? earlier.end : cue.start;
  let end = Math.max(start, after ? after.start : cue.end);
  if (end - start < ROOM * texts.length) {
    if (earlier) {
      start = rounded((earlier.start + earlier.end) / 2);
      before[before.length - 1] = { ...earlier, end: start };
    } else if (after) {
      end = rounded((after.start + after.end) / 2);
      start = Math.min(start, after.start);
      old[index] = { ...after, start: end };
    }
  }
  return shared(start, Math.max(start, end), texts);
}

/**
 * Return the runs in which two lists agree or differ, in order, by their longest common subsequence.
 * @param {readonly string[]} old @param {readonly string[]} now
 * @returns {{first: number, last: number, newFirst: number, newLast: number}[]}
 */
export function differences(old, now) {
  const lengths = commonLengths(old, now);
  /** @type {{first: number, last: number, newFirst: number, newLast: number}[]} */
  const runs = [];
  let [first, newFirst] = [0, 0];
  let [index, newIndex] = [0, 0];
  /** @param {number} last @param {number} newLast */
  const close = (last, newLast) => {
    if (last > first || newLast > newFirst) runs.push({ first, last, newFirst, newLast });
    [first, newFirst] = [last, newLast];
  };
  let same = true;
  while (index < old.length || newIndex < now.length) {
    const equal = index < old.length && newIndex < now.length && old[index] === now[newIndex];
    if (equal !== same) close(index, newIndex);
    same = equal;
    if (equal) [index, newIndex] = [index + 1, newIndex + 1];
    else if (newIndex >= now.length || (index < old.length && at(lengths, index + 1, newIndex) >= at(lengths, index, newIndex + 1))) index += 1;
    else newIndex += 1;
  }
  close(index, newIndex);
  return runs;
}

/** @param {readonly string[]} old @param {readonly string[]} now @returns {Uint16Array[]} */
function commonLengths(old, now) {
  const rows = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      const value = old[row] === now[column]
        ? at(rows, row + 1, column + 1) + 1
        : Math.max(at(rows, row + 1, column), at(rows, row, column + 1));
      /** @type {Uint16Array} */ (rows[row])[column] = value;
    }
  }
  return rows;
}

/** @param {readonly Uint16Array[]} rows @param {number} row @param {number} column @returns {number} */
function at(rows, row, column) {
  return rows[row]?.[column] ?? 0;
}
