/** @import {Cue, Operation} from '../shared/types.js' */
/** @import {Editor} from './editor_view.js' */
import { rounded, frameRateOf } from '../shared/clock.js';
import { toast } from '../shared/dom.js';
import { newId } from '../shared/ids.js';
import { t } from '../shared/language.js';
import { codePointsBefore, textWords } from '../shared/text_units.js';

/** Split at the caret, or at the playhead while the list has the focus. @param {Editor} editor */
export function split(editor) {
  const { state, store } = editor;
  const cue = state.current;
  if (!cue) return;
  const box = editor.list.textBox;
  const at = state.editing && box ? codePointsBefore(cue.text, box.selectionStart) : offsetAt(cue, editor.player.time);
  const id = newId('c');
  if (!store.perform([{ op: 'split', cue: cue.id, at, new: id }])) toast(t('refused.split'));
  else if (state.editing) state.go(id, { edit: true, caret: [0, 0] });
  editor.show(state.currentId);
}

/** Return the code point after the words said before a time. @param {Cue} cue @param {number} time */
function offsetAt(cue, time) {
  if (!cue.words.length) {
    return Math.round((Array.from(cue.text).length * (time - cue.start)) / (cue.end - cue.start));
  }
  const said = cue.words.filter((word) => (word.start + word.end) / 2 < time);
  return Array.from(said.map((word) => word.text).join('')).length;
}

/** @param {Editor} editor */
export function mergeWithNext(editor) {
  const { state, store } = editor;
  if (state.selected.size > 1) {
    const [first, ...rest] = store.cues.filter((cue) => state.selected.has(cue.id));
    if (first) store.perform(rest.map((cue) => ({ op: 'merge', cue: first.id, next: cue.id })));
    if (first) state.go(first.id);
    return;
  }
  const next = store.view.beside(state.currentId ?? '', 1);
  if (state.currentId && next) store.perform([{ op: 'merge', cue: state.currentId, next: next.id }]);
}

/** Merge with the cue before if the caret is at the very start. @param {Editor} editor @returns {boolean | void} */
export function mergeAtStart(editor) {
  const box = editor.list.textBox;
  if (!box || box.selectionStart !== 0 || box.selectionEnd !== 0) return false;
  const cue = editor.state.current;
  const before = editor.store.view.beside(cue?.id ?? '', -1);
  if (!cue || !before) return false;
  joinAndEdit(editor, before, cue);
}

/** Merge with the next cue if the caret is at the very end. @param {Editor} editor @returns {boolean | void} */
export function mergeAtEnd(editor) {
  const box = editor.list.textBox;
  if (!box || box.selectionStart !== box.value.length) return false;
  const cue = editor.state.current;
  const next = editor.store.view.beside(cue?.id ?? '', 1);
  if (!cue || !next) return false;
  joinAndEdit(editor, cue, next);
}

/** @param {Editor} editor @param {Cue} first @param {Cue} second */
function joinAndEdit(editor, first, second) {
  const caret = first.text.length;
  editor.store.undoStack.close();
  if (!editor.store.perform([{ op: 'merge', cue: first.id, next: second.id }])) return;
  editor.state.stopEditing();
  editor.state.go(first.id, { edit: true, caret: [caret, caret] });
  editor.show(first.id);
}

/** Move the first word to the cue before, or the last one to the next. @param {Editor} editor @param {-1 | 1} direction */
export function moveWord(editor, direction) {
  const { state, store } = editor;
  const to = store.view.beside(state.currentId ?? '', direction);
  if (!state.current || !to) return;
  if (textWords(state.current.text).length < 2) {
    toast(t('refused.lastWord'));
    return;
  }
  store.perform([{ op: 'moveWords', from: state.current.id, to: to.id, count: 1 }]);
}

/** Insert a cue at the playhead, or after the current one where another is shown there. @param {Editor} editor */
export function insertCue(editor) {
  const range = editor.waveform.range;
  insertAt(editor, range?.[0] ?? editor.player.time, range ? range[1] - range[0] : 2);
}

/** @param {Editor} editor @param {number} time @param {number} longest seconds */
export function insertAt(editor, time, longest) {
  const { store, state } = editor;
  let index = store.view.firstAfter(time);
  let start = time;
  while (store.cues[index] && /** @type {Cue} */ (store.cues[index]).start < start + store.rules.minimum_duration / 2) {
    start = /** @type {Cue} */ (store.cues[index]).end + store.rules.gap;
    index += 1;
  }
  const next = store.cues[index];
  const end = Math.min(start + longest, next ? next.start - store.rules.gap : Infinity);
  const cue = {
    id: newId('c'), start: rounded(start), end: rounded(Math.max(end, start + 0.1)), text: '', speaker: null, locked: false,
    words: [], doubts: [], styles: [], position: null,
  };
  if (!store.perform([{ op: 'insert', cue }])) return;
  state.go(cue.id, { edit: true });
  editor.show(cue.id);
}

/** Delete the selected cues, or the current one. @param {Editor} editor */
export function deleteCues(editor) {
  const { store, state } = editor;
  const ids = state.chosen();
  if (!ids.length) return;
  const index = Math.max(...ids.map((id) => store.view.indexOf(id)));
  const next = store.cues[index + 1] ?? store.cues[Math.min(...ids.map((id) => store.view.indexOf(id))) - 1];
  store.perform(ids.map((id) => ({ op: /** @type {const} */ ('delete'), cue: id })));
  state.go(next?.id ?? null);
  editor.list.focusCurrent();
  if (ids.length > 1) toast(t('done.deleted', { count: ids.length }), [{ label: t('command.undo'), run: () => undo(editor, 'done') }]);
}

/** Let the current cue start, or end, at the playhead. @param {Editor} editor @param {'start' | 'end'} edge */
export function edgeHere(editor, edge) {
  setEdge(editor, edge, editor.player.time);
}

/** Move an edge of the current cue by a frame, or by 40 ms. @param {Editor} editor @param {'start' | 'end'} edge @param {-1 | 1} direction */
export function nudge(editor, edge, direction) {
  const cue = editor.state.current;
  const rate = frameRateOf(editor.store.frameRate) ?? 25;
  if (cue) setEdge(editor, edge, Math.round(cue[edge] * rate + direction) / rate, `nudge:${edge}:${cue.id}`);
}

/**
 * Give the current cue another start or end. It stays as long as the shortest cue.
 * @param {Editor} editor @param {'start' | 'end'} edge @param {number} time @param {string} [join]
 */
export function setEdge(editor, edge, time, join) {
  const cue = editor.state.current;
  if (!cue) return;
  const start = edge === 'start' ? Math.min(Math.max(0, time), cue.end - 0.04) : cue.start;
  const end = edge === 'end' ? Math.max(time, cue.start + 0.04) : cue.end;
  editor.store.perform([{ op: 'setTimes', cue: cue.id, start: rounded(start), end: rounded(end) }], join ? { join } : {});
  editor.show(cue.id);
}

/** Lock the chosen cues against automatic steps, or unlock them. @param {Editor} editor */
export function toggleLock(editor) {
  const locked = !editor.state.current?.locked;
  editor.store.perform(editor.state.chosen().map((id) => ({ op: 'setLock', cue: id, locked })));
}

/** Undo or redo one step, after a question if another window has changed the same cues. @param {Editor} editor @param {'done' | 'undone'} list */
export function undo(editor, list) {
  const { store, state } = editor;
  const step = store.nextStep(list);
  if (!step) {
    toast(t(list === 'done' ? 'undo.nothing' : 'redo.nothing'));
    return;
  }
  if (store.othersTouched(step) && !window.confirm(t('undo.others'))) return;
  const editing = state.editing;
  const id = store.step(list);
  if (id) {
    if (id !== state.currentId) state.go(id, { edit: editing });
    editor.list.refreshText();
    editor.show(id);
  }
}

/** Replace the text of the cue as the person types. @param {Editor} editor @param {string} text */
export function typeText(editor, text) {
  const cue = editor.state.current;
  if (!cue || cue.text === text) return;
  /** @type {Operation} */
  const operation = { op: 'setText', cue: cue.id, text };
  editor.store.perform([operation], { join: `typing:${cue.id}` });
}
