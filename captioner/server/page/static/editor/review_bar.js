/** @import {ReviewItem} from '../document/doubts.js' */
/** @import {Operation} from '../shared/types.js' */
/** @import {Editor} from './editor_view.js' */
import { doubtedRanges, reviewItems } from '../document/doubts.js';
import { findingsOf } from '../document/lint.js';
import { fill, h, iconButton } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { insertAt } from './cue_commands.js';
import { findingText } from './finding_text.js';

/** Seconds before a doubted place from which it is played. */
const LEAD = 0.5;

/** Walks through what may be wrong: lost speech, doubted text, broken rules, unsure words. */
export class ReviewBar {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    /** @type {ReviewItem[]} */
    this.items = [];
    /** The item that is shown. @type {ReviewItem | null} */
    this.item = null;
    this.idle = 0;
    this.summary = h('span', { class: 'review-count' });
    this.detail = h('span', { class: 'review-detail', 'aria-live': 'polite' });
    this.checkedButton = h('button', { type: 'button', class: 'primary small', onclick: () => this.checked() }, t('review.checked'));
    this.element = h(
      'div',
      { class: 'review-bar', role: 'group', 'aria-label': t('review.label') },
      iconButton('back', t('command.previousDoubt'), () => this.move(-1)),
      this.summary,
      iconButton('next', t('command.nextDoubt'), () => this.move(1)),
      this.detail,
      this.checkedButton,
    );
    editor.store.addEventListener('change', () => this.#later());
    editor.state.addEventListener('current', () => this.#currentChanged());
    this.#refresh();
  }

  /** Go to the next item, or the one before, and play it. @param {1 | -1} direction */
  move(direction) {
    this.#refresh();
    if (!this.items.length) return;
    const at = this.item ? this.items.findIndex((item) => sameItem(item, this.item)) : -1;
    const from = at >= 0 ? at : direction > 0 ? this.#before() : this.#before() + 1;
    this.#go(this.items[(from + direction + this.items.length) % this.items.length] ?? null);
  }

  /** Mark the doubts of the current cue as checked, and go to the next item. */
  checked() {
    const cue = this.editor.state.current;
    if (this.editor.store.readOnly) return;
    this.#refresh();
    const at = this.items.findIndex((item) => sameItem(item, this.item));
    const rest = this.items.slice(Math.max(0, at)).find((item) => item.cue !== cue?.id || (item.cue === null && item !== this.item));
    const editing = this.editor.state.editing;
    if (cue?.doubts.length) {
      /** @type {Operation} */
      const operation = { op: 'setDoubts', cue: cue.id, doubts: [] };
      this.editor.store.undoStack.close();
      this.editor.store.perform([operation]);
    }
    if (rest) this.#go(rest, editing);
    else this.#show();
  }

  /** @returns {number} the place of the last item before the current cue in the order of the review, -1 at first */
  #before() {
    const start = this.editor.state.current?.start ?? -1;
    const kind = this.items[0]?.kind;
    let index = -1;
    while (this.items[index + 1]?.kind === kind && /** @type {ReviewItem} */ (this.items[index + 1]).start < start) index += 1;
    return index;
  }

  /** @param {ReviewItem | null} item @param {boolean} [editing] */
  #go(item, editing = this.editor.state.editing) {
    this.item = item;
    if (!item) return;
    const { state, player, store } = this.editor;
    if (item.cue) {
      const cue = store.view.get(item.cue);
      const range = cue && item.kind === 'confidence' ? doubtedRanges(cue).find(([first, last]) => cue.text.slice(first, last) === item.detail) : null;
      state.go(item.cue, { edit: editing || item.kind === 'confidence', caret: range ?? null });
      this.editor.show(item.cue);
      if (!state.editing) this.editor.list.focusCurrent();
    } else {
      state.stopEditing();
      this.editor.waveform.range = [item.start, item.end];
    }
    player.playRange(Math.max(0, item.start - LEAD), item.end, false);
    this.#show();
  }

  #currentChanged() {
    if (this.item?.cue !== this.editor.state.currentId) {
      this.item = this.items.find((item) => item.cue === this.editor.state.currentId) ?? null;
    }
    this.#show();
  }

  #later() {
    clearTimeout(this.idle);
    this.idle = window.setTimeout(() => this.#refresh(), 250);
  }

  #refresh() {
    clearTimeout(this.idle);
    const { cues, regions, rules } = this.editor.store;
    this.items = reviewItems(cues, regions, rules);
    this.#show();
  }

  #show() {
    const at = this.items.findIndex((item) => sameItem(item, this.item));
    this.summary.textContent = this.items.length
      ? t('review.count', { at: at >= 0 ? at + 1 : '–', all: this.items.length })
      : t('review.none');
    this.element.classList.toggle('empty', !this.items.length);
    this.checkedButton.hidden = this.editor.store.readOnly || !this.items.length;
    fill(this.detail, ...(this.item && at >= 0 ? this.#describe(this.item) : [this.items.length ? t('review.start') : '']));
  }

  /** @param {ReviewItem} item */
  #describe(item) {
    const { store } = this.editor;
    if (item.kind === 'lint' || item.kind === 'chain') {
      const cue = store.view.get(item.cue);
      const finding = cue && findingsOf(cue, store.view.beside(cue.id, -1), store.rules).find((one) => one.rule === item.detail);
      return [finding ? findingText(finding) : ''];
    }
    if (item.kind === 'confidence') {
      const count = item.count ?? 1;
      return [h('q', {}, item.detail), ` ${t('review.unsure')}`, count > 1 && h('span', { class: 'faint' }, ` ${t('review.equal', { count })}`)];
    }
    if (item.kind === 'lost' && !item.cue) {
      const add = h('button', { type: 'button', class: 'small', onclick: () => insertAt(this.editor, item.start, item.end - item.start) }, t('review.insert'));
      return [t('review.lost', { reason: item.detail }), ' ', !store.readOnly && add];
    }
    return [t('review.text', { reason: item.detail })];
  }
}

/** @param {ReviewItem | null} one @param {ReviewItem | null} other */
function sameItem(one, other) {
  return Boolean(one && other && one.kind === other.kind && one.cue === other.cue && one.detail === other.detail && (one.cue || one.start === other.start));
}
