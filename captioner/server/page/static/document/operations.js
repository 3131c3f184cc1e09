/** @import {Cue, Operation, Rules} from '../shared/types.js' */
import { spaceBetween, columns } from '../shared/text_units.js';
import { cutText, firstWords, joinedText, placeToCut, withText } from './cue_texts.js';
import { dividedTimes, movedBorder } from './cue_times.js';
import { spreadWords } from './word_times.js';

/**
 * @typedef {ReadonlyMap<string, Cue>} Cues
 * @typedef {{cues: Cue[], removed: string[], inverse: Operation[]}} Change
 *   What an operation changes: the cues after it, the ids that it removes, and the operations that undo it, in order.
 */

/** An operation makes no sense on these cues. */
export class Refused extends Error {}

/**
 * Return what an operation changes. Raises `Refused`.
 * @param {Cues} cues @param {Operation} operation @param {Rules} rules @returns {Change}
 */
export function changeOf(cues, operation, rules) {
  switch (operation.op) {
    case 'setText': {
      const cue = known(cues, operation.cue);
      const changed = withText(cue, operation.text);
      const { words = changed.words, styles = changed.styles ?? [] } = operation;
      return changes([{ ...changed, words, styles }], [textOf(cue)]);
    }
    case 'setTimes': {
      const cue = known(cues, operation.cue);
      if (!(operation.start >= 0 && operation.start < operation.end)) throw new Refused('times');
      return changes([{ ...cue, start: operation.start, end: operation.end }], [timesOf(cue)]);
    }
    case 'setSpeaker': {
      const cue = known(cues, operation.cue);
      return changes([{ ...cue, speaker: operation.speaker || null }], [{ op: 'setSpeaker', cue: cue.id, speaker: cue.speaker }]);
    }
    case 'setLock': {
      const cue = known(cues, operation.cue);
      return changes([{ ...cue, locked: operation.locked }], [{ op: 'setLock', cue: cue.id, locked: cue.locked }]);
    }
    case 'setDoubts': {
      const cue = known(cues, operation.cue);
      return changes([{ ...cue, doubts: operation.doubts }], [{ op: 'setDoubts', cue: cue.id, doubts: cue.doubts }]);
    }
    case 'setBorder': {
      const [left, right] = [known(cues, operation.left), known(cues, operation.right)];
      return changes(movedBorder(left, right, operation.time, rules), [timesOf(left), timesOf(right)]);
    }
    case 'insert':
      if (cues.has(operation.cue.id)) throw new Refused('known');
      return changes([operation.cue], [{ op: 'delete', cue: operation.cue.id }]);
    case 'delete': {
      const cue = known(cues, operation.cue);
      return { cues: [], removed: [cue.id], inverse: [{ op: 'insert', cue }] };
    }
    case 'replaceCues': {
      const before = operation.remove.map((id) => known(cues, id));
      const stay = new Set(operation.insert.map((cue) => cue.id));
      const removed = operation.remove.filter((id) => !stay.has(id));
      return { cues: [...operation.insert], removed, inverse: [{ op: 'replaceCues', remove: [...stay], insert: before }] };
    }
    case 'split':
      return splitCue(known(cues, operation.cue), operation.at, operation.new, rules);
    case 'merge':
      return mergeCues(known(cues, operation.cue), known(cues, operation.next), rules);
    case 'moveWords':
      return moveWords(known(cues, operation.from), known(cues, operation.to), operation.count, rules);
  }
}

/** Return the ids of the cues that an operation reads or changes. @param {Operation} operation @returns {string[]} */
export function touchedBy(operation) {
  switch (operation.op) {
    case 'insert': return [operation.cue.id];
    case 'split': return [operation.cue, operation.new];
    case 'merge': return [operation.cue, operation.next];
    case 'moveWords': return [operation.from, operation.to];
    case 'setBorder': return [operation.left, operation.right];
    case 'replaceCues': return [...operation.remove, ...operation.insert.map((cue) => cue.id)];
    default: return [operation.cue];
  }
}

/** @param {Cues} cues @param {string} id @returns {Cue} */
function known(cues, id) {
  const cue = cues.get(id);
  if (!cue) throw new Refused(`no cue ${id}`);
  return cue;
}

/** @param {Cue[]} cues @param {Operation[]} inverse @returns {Change} */
function changes(cues, inverse) {
  return { cues, removed: [], inverse };
}

/** @param {Cue} cue @returns {Operation} */
function textOf(cue) {
  return { op: 'setText', cue: cue.id, text: cue.text, words: cue.words, styles: cue.styles ?? [] };
}

/** @param {Cue} cue @returns {Operation} */
function timesOf(cue) {
  return { op: 'setTimes', cue: cue.id, start: cue.start, end: cue.end };
}

/** @param {Cue} cue @param {number} at @param {string} id @param {Rules} rules @returns {Change} */
function splitCue(cue, at, id, rules) {
  const place = placeToCut(cue.text, at);
  if (place === null) throw new Refused('one word');
  const [before, after] = cutText(cue, place);
  const [left, right] = dividedTimes(before, after, rules);
  const inverse = /** @type {Operation[]} */ ([{ op: 'replaceCues', remove: [cue.id, id], insert: [cue] }]);
  return changes([left, { ...right, id, doubts: [] }], inverse);
}

/** @param {Cue} left @param {Cue} right @param {Rules} rules @returns {Change} */
function mergeCues(left, right, rules) {
  const space = spaceBetween(left.text, right.text);
  const sameSpeaker = left.speaker === right.speaker;
  const fits = sameSpeaker && columns(`${left.text}${space}${right.text}`) <= rules.width && !`${left.text}${right.text}`.includes('\n');
  const joined = joinedText(left, right, fits ? space : '\n');
  const merged = {
    ...joined,
    end: Math.max(left.end, right.end),
    speaker: left.speaker ?? right.speaker,
    locked: left.locked || right.locked,
    doubts: [...new Set([...left.doubts, ...right.doubts])],
  };
  return { cues: [merged], removed: [right.id], inverse: [{ op: 'replaceCues', remove: [left.id], insert: [left, right] }] };
}

/** @param {Cue} source @param {Cue} target @param {number} count @param {Rules} rules @returns {Change} */
function moveWords(source, target, count, rules) {
  const forward = source.start < target.start;
  const at = firstWords(source, forward ? -count : count);
  if (at === null) throw new Refused('some words must stay');
  const [left, right] = forward ? [source, target] : [target, source];
  const inverse = [textOf(left), timesOf(left), textOf(right), timesOf(right)];
  const timed = source.words.length || !target.words.length ? source : { ...source, words: spreadWords(source) };
  const [first, second] = cutText(timed, at);
  const changed = forward
    ? [first, joinedText(second, target, spaceBetween(second.text, target.text))]
    : [joinedText(target, first, spaceBetween(target.text, first.text)), second];
  const [before, after] = [left, right].map((cue, index) => {
    const { text, words, styles = [] } = /** @type {Cue} */ (changed[index]);
    return { ...cue, text, words, styles };
  });
  const pair = /** @type {[Cue, Cue]} */ ([before, after]);
  return changes(left.end <= right.end ? dividedTimes(...pair, rules) : pair, inverse);
}
