/** @import {Cue} from '../shared/types.js' */
/** @import {DocumentChange} from '../document/document_store.js' */
/** @import {Editor} from './editor_view.js' */
import { h } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { CueRow } from './cue_row.js';
import { CueTextBox } from './cue_text_box.js';
import { RowHeights } from './row_heights.js';
import { handleKey } from './shortcuts.js';

/** Pixels above and below what is seen in which rows are mounted too. */
const MARGIN = 300;

/** The list of cues. Only the rows that are seen, some around them and the current one are in the page. */
export class CueList {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.heights = new RowHeights();
    /** @type {Map<string, CueRow>} */
    this.rows = new Map();
    /** @type {CueTextBox | null} */
    this.box = null;
    this.frame = 0;
    this.stale = true;
    this.body = h('div', { class: 'list-body', role: 'rowgroup' });
    this.element = h(
      'div',
      {
        class: 'list', role: 'grid', 'aria-label': t('list.label'), 'aria-multiselectable': 'true',
        onscroll: () => this.draw(),
        onclick: (/** @type {MouseEvent} */ event) => this.#clicked(event),
        ondblclick: (/** @type {MouseEvent} */ event) => this.#doubleClicked(event),
        onkeydown: (/** @type {KeyboardEvent} */ event) => handleKey(event, 'list', editor),
      },
      this.body,
    );
    const { state, store } = editor;
    store.addEventListener('change', (event) => this.#changed(/** @type {CustomEvent<DocumentChange>} */ (event).detail));
    state.addEventListener('current', () => { this.#syncBox(); this.draw(); });
    state.addEventListener('selection', () => this.draw());
    state.addEventListener('editing', () => { this.#syncBox(); this.draw(); });
    let width = 0;
    new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width !== width) this.heights.clear();
      width = entry?.contentRect.width ?? 0;
      this.stale = true;
      this.draw();
    }).observe(this.element);
  }

  /** The text box that is open. @returns {HTMLTextAreaElement | null} */
  get textBox() {
    return this.box?.area ?? null;
  }

  /** Draw in the next frame. */
  draw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.#drawNow();
    });
  }

  /** Scroll until a cue is seen, with some rows around it. @param {string | null} id */
  show(id) {
    const index = this.editor.store.view.indexOf(id);
    if (index < 0) return;
    this.#layOut();
    const [top, bottom] = [this.heights.top(index), this.heights.top(index + 1)];
    const { scrollTop, clientHeight } = this.element;
    const margin = Math.min(90, clientHeight / 4);
    if (top - margin < scrollTop) this.element.scrollTop = Math.max(0, top - margin);
    else if (bottom + margin > scrollTop + clientHeight) this.element.scrollTop = bottom + margin - clientHeight;
    this.#drawNow();
  }

  /** Give the current row the focus. */
  focusCurrent() {
    this.show(this.editor.state.currentId);
    const row = this.rows.get(this.editor.state.currentId ?? '');
    (row?.element ?? this.element).focus({ preventScroll: true });
  }

  /** Show the text as it is now in the open text box. */
  refreshText() {
    const cue = this.editor.state.current;
    if (cue && this.box) this.box.update(cue);
  }

  #layOut() {
    if (!this.stale) return;
    this.stale = false;
    this.heights.layOut(this.editor.store.cues);
    this.body.style.height = `${this.heights.total}px`;
    this.element.setAttribute('aria-rowcount', String(this.editor.store.cues.length));
  }

  #drawNow() {
    this.#layOut();
    const { cues } = this.editor.store;
    const { scrollTop, clientHeight } = this.element;
    const first = this.heights.at(Math.max(0, scrollTop - MARGIN));
    const last = Math.min(cues.length, this.heights.at(scrollTop + clientHeight + MARGIN) + 1);
    /** @type {Set<string>} */
    const mounted = new Set();
    for (let index = first; index < last; index += 1) this.#mount(index, mounted);
    const current = this.editor.store.view.indexOf(this.editor.state.currentId);
    if (current >= 0 && (current < first || current >= last)) this.#mount(current, mounted);
    for (const [id, row] of this.rows) {
      if (mounted.has(id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    this.#measure(mounted);
  }

  /** @param {number} index @param {Set<string>} mounted */
  #mount(index, mounted) {
    const cue = this.editor.store.cues[index];
    if (!cue) return;
    mounted.add(cue.id);
    let row = this.rows.get(cue.id);
    if (!row) {
      row = new CueRow(this.editor, cue);
      this.rows.set(cue.id, row);
    }
    row.update(cue, index, this.heights.top(index));
    if (!row.element.isConnected) this.#insertInOrder(row, index);
  }

  /** Keep the rows in the order of the cues, which screen readers and Tab follow. @param {CueRow} row @param {number} index */
  #insertInOrder(row, index) {
    for (let element = this.body.lastElementChild; element; element = element.previousElementSibling) {
      if (Number(element.getAttribute('aria-rowindex')) <= index) {
        element.after(row.element);
        return;
      }
    }
    this.body.prepend(row.element);
  }

  /** Measure what was drawn; draw again if a height was estimated wrongly. @param {Set<string>} mounted */
  #measure(mounted) {
    let isNew = false;
    for (const id of mounted) {
      const row = this.rows.get(id);
      if (row) isNew = this.heights.measured(id, row.element.offsetHeight) || isNew;
    }
    if (!isNew) return;
    this.stale = true;
    this.draw();
  }

  /** @param {DocumentChange} change */
  #changed(change) {
    if (change.order) this.stale = true;
    for (const id of change.ids) {
      const cue = this.editor.store.view.get(id);
      if (cue && id === this.box?.cueId) this.box.update(cue);
    }
    if (this.box && !this.editor.store.view.get(this.box.cueId)) this.editor.state.go(null);
    this.draw();
  }

  /** Open the text box of the cue that is edited, or close it. */
  #syncBox() {
    const { state } = this.editor;
    const wanted = state.editing ? state.current : undefined;
    if (this.box && this.box.cueId !== wanted?.id) this.#closeBox();
    if (!wanted || this.box) return;
    this.show(wanted.id);
    const row = this.rows.get(wanted.id);
    if (!row) return;
    this.box = new CueTextBox(this.editor, wanted, state.caret);
    row.textCell.replaceChildren(this.box.element);
    this.box.focus();
  }

  #closeBox() {
    const { box } = this;
    if (!box) return;
    this.box = null;
    this.rows.get(box.cueId)?.textCell.replaceChildren(/** @type {CueRow} */ (this.rows.get(box.cueId)).text);
    this.editor.textDone(box.cueId, box.before);
  }

  /** @param {Event} event @returns {Cue | undefined} */
  #cueOf(event) {
    const element = event.target instanceof Element ? event.target.closest('.row') : null;
    return this.editor.store.view.get(element?.getAttribute('data-cue'));
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const cue = this.#cueOf(event);
    const { state, player } = this.editor;
    if (!cue || (event.target instanceof Element && event.target.closest('.text-box'))) return;
    if (event.shiftKey && state.currentId) {
      state.selectTo(cue.id);
      return;
    }
    const onText = event.target instanceof Element && event.target.closest('.cell-text');
    const wasCurrent = cue.id === state.currentId;
    if (!wasCurrent && player.paused) player.seek(cue.start);
    // A click into the text of the current cue, or with a finger into any text, edits it where the click is.
    if (onText) {
      const at = caretAt(event);
      state.go(cue.id, { edit: true, caret: at === null ? null : [at, at] });
    } else {
      state.go(cue.id);
      this.focusCurrent();
    }
  }

  /** @param {MouseEvent} event */
  #doubleClicked(event) {
    const cue = this.#cueOf(event);
    if (!cue || this.box) return;
    this.editor.player.playRange(cue.start, cue.end, false);
  }
}

/** Return the offset in the row's text at which a click is. @param {MouseEvent} event @returns {number | null} */
function caretAt(event) {
  const position = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const text = event.target instanceof Element ? event.target.closest('.row-text') : null;
  if (!position || !text?.contains(position.offsetNode) || text.querySelector('.blank')) return null;
  const range = document.createRange();
  range.selectNodeContents(text);
  const speaker = text.querySelector('.speaker');
  if (speaker) range.setStartAfter(speaker);
  range.setEnd(position.offsetNode, position.offset);
  return range.toString().length;
}
