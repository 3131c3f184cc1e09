/** @import {Batch, Conflict} from '../storage/outbox.js' */
/** @import {Editor} from './editor_view.js' */
import { touchedBy } from '../document/operations.js';
import { h, openDialog } from '../shared/dom.js';
import { t, textOr } from '../shared/language.js';

/**
 * Ask what becomes of edits that another window has overtaken. Nothing is dropped without an answer.
 * @param {Editor} editor @param {Batch} batch @param {number} revision @param {readonly Conflict[]} conflicts
 */
export function askConflict(editor, batch, revision, conflicts) {
  /** @type {Map<string, 'yours' | 'theirs'>} */
  const choices = new Map();
  const rows = conflicts.map((conflict, index) => conflictRow(conflict, index, choices));
  const keep = () => {
    const dropped = new Set([...choices].filter(([, choice]) => choice === 'theirs').map(([cue]) => cue));
    const operations = batch.operations.filter((operation) => !touchedBy(operation).some((id) => dropped.has(id)));
    editor.outbox.settle(batch, operations, revision);
    editor.store.rebuild();
    editor.list.refreshText();
    dialog.close();
  };
  const dialog = openDialog(t('conflict.title'), [
    h('p', {}, t('conflict.text')),
    h('div', { class: 'conflicts' }, rows),
    h('div', { class: 'dialog-line' }, h('span', { class: 'grow' }), h('button', { type: 'button', class: 'primary', onclick: keep }, t('conflict.done'))),
  ], { class: 'wide', oncancel: (/** @type {Event} */ event) => event.preventDefault() });
  dialog.querySelector('.dialog-close')?.remove();
}

/** @param {Conflict} conflict @param {number} index @param {Map<string, 'yours' | 'theirs'>} choices */
function conflictRow(conflict, index, choices) {
  const name = `conflict-${index}`;
  choices.set(conflict.cue, 'yours');
  const option = (/** @type {'yours' | 'theirs'} */ which) => h(
    'label', { class: 'conflict-side' },
    h('input', { type: 'radio', name, value: which, checked: which === 'yours', onchange: () => choices.set(conflict.cue, which) }),
    h('span', { class: 'label' }, t(`conflict.${which}`)),
    h('span', { class: 'conflict-value', dir: 'auto' }, shownValue(conflict[which])),
  );
  return h('fieldset', {}, h('legend', {}, textOr(`field.${conflict.field}`)), option('yours'), option('theirs'));
}

/** @param {unknown} value */
function shownValue(value) {
  if (value === null || value === undefined) return t('conflict.gone');
  return typeof value === 'object' ? String(/** @type {{text?: string}} */ (value).text ?? JSON.stringify(value)) : String(value);
}

/** Show edits that the server refused, so that their text can be copied. @param {readonly Batch[]} batches @param {string} message */
export function showRefused(batches, message) {
  const lines = batches.flatMap((batch) => batch.operations.map((operation) => ('text' in operation ? operation.text : JSON.stringify(operation))));
  openDialog(t('refused.title'), [
    h('p', {}, t('refused.text')), message && h('p', { class: 'faint' }, message),
    h('textarea', { readOnly: true, rows: 6, class: 'full-width', value: lines.join('\n'), 'aria-label': t('refused.title') }),
  ]);
}
