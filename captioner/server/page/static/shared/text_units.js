/** Offsets in text: textareas count UTF-16 units, the server counts code points. */

/** Return the code points before a UTF-16 offset. @param {string} text @param {number} offset */
export function codePointsBefore(text, offset) {
  return Array.from(text.slice(0, offset)).length;
}

/** Return the UTF-16 offset after a number of code points. @param {string} text @param {number} count */
export function unitsAfter(text, count) {
  return Array.from(text).slice(0, count).join('').length;
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}、。，！？「」]/u;

/** Return whether a text ends, or begins, in a script that is written without spaces. @param {string} text */
export function isUnspaced(text) {
  return UNSPACED.test(text);
}

/** Return what belongs between two texts that are joined: a space or nothing. @param {string} before @param {string} after */
export function spaceBetween(before, after) {
  if (!before || !after || /\s$/.test(before) || /^\s/.test(after)) return '';
  const last = Array.from(before).at(-1) ?? '';
  const first = Array.from(after)[0] ?? '';
  return isUnspaced(last) || isUnspaced(first) ? '' : ' ';
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * Return the words of a text, with the space before each; space at the end is in the last. Joined they are the text.
 * In scripts without spaces they are those of the browser's own word list.
 * @param {string} text @returns {string[]}
 */
export function textWords(text) {
  if (!text.trim()) return [];
  const words = text.match(/\s*\S+/g) ?? [];
  const split = words.flatMap((word) => (isUnspaced(word) ? unspacedWords(word) : [word]));
  const end = text.slice(words.join('').length);
  if (end) split[split.length - 1] += end;
  return split;
}

/** @param {string} text @returns {string[]} */
function unspacedWords(text) {
  const space = /^\s*/.exec(text)?.[0] ?? '';
  /** @type {string[]} */
  const words = [];
  for (const part of segmenter.segment(text.slice(space.length))) {
    if (part.isWordLike || !words.length) words.push(part.segment);
    else words[words.length - 1] += part.segment;
  }
  if (words[0] !== undefined) words[0] = space + words[0];
  return words;
}

/** Return a word without the space and punctuation around it. @param {string} text */
export function bareWord(text) {
  return text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}

/** Return what makes two words the same: letters and digits without case. @param {string} text */
export function wordKey(text) {
  return text.toLocaleLowerCase().replace(/[^\p{L}\p{N}\p{M}]+/gu, '') || text.trim();
}

/** @type {Map<number, number>} */
const widths = new Map();
const NO_WIDTH = /^[\p{M}\p{Cf}\p{Cc}\u{1f3fb}-\u{1f3ff}\u1160-\u11ff\ud7b0-\ud7fb]$/u;
const WIDE = /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
const AMBIGUOUS_MARKS = /^[‘’“”†‡•…‰′″‵※‾—–―‖·§¶¡¿°±×÷]$/u;

/**
 * Return the width of a text in columns: 1 for Latin letters, 2 for Chinese and Japanese.
 * @param {string} text @param {boolean} [widePunctuation] whether “ … — have two columns
 */
export function columns(text, widePunctuation = false) {
  let sum = 0;
  for (const character of text) sum += characterColumns(character, widePunctuation);
  return sum;
}

/** @param {string} character @param {boolean} [widePunctuation] @returns {number} */
export function characterColumns(character, widePunctuation = false) {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 32 && code < 127) return 1;
  if (widePunctuation && AMBIGUOUS_MARKS.test(character)) return 2;
  let width = widths.get(code);
  if (width === undefined) {
    width = NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
    widths.set(code, width);
  }
  return width;
}
