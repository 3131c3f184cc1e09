/** @import {Cue} from '../shared/types.js' */
/** @import {Editor} from './editor_view.js' */
import { doubtedRanges } from '../document/doubts.js';
import { fill, h } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { typeText } from './cue_commands.js';
import { IS_MAC } from './key_names.js';
import { handleKey } from './shortcuts.js';

/**
 * The text box of the cue that is being edited: a plain textarea, and behind it the same text, invisible, with doubted
 * words underlined.
 */
export class CueTextBox {
  /** @param {Editor} editor @param {Cue} cue @param {[number, number] | null} caret */
  constructor(editor, cue, caret) {
    this.editor = editor;
    this.cueId = cue.id;
    this.composing = false;
    this.before = cue.text;
    this.back = h('div', { class: 'text-back', 'aria-hidden': 'true', dir: 'auto' });
    this.area = h('textarea', {
      class: 'text-area', dir: 'auto', rows: 1, spellcheck: true, value: cue.text, lang: editor.store.language ?? undefined,
      'aria-label': t('cue.text'), autocapitalize: 'sentences',
      oninput: () => this.#changed(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onbeforeinput: (/** @type {InputEvent} */ event) => this.#ownUndo(event),
      oncompositionstart: () => { this.composing = true; },
      oncompositionend: () => { this.composing = false; this.#changed(); editor.store.undoStack.close(); },
      onblur: () => { editor.store.undoStack.close(); },
    });
    this.element = h('div', { class: 'text-box' }, this.back, this.area);
    this.caret = caret;
    this.#draw(cue);
  }

  /** Give it the focus, with the caret where it was asked for. */
  focus() {
    this.area.focus({ preventScroll: true });
    const [first, last] = this.caret ?? [this.area.value.length, this.area.value.length];
    this.area.setSelectionRange(first, last);
    this.fit();
  }

  /** Show the cue after a change that was not typed here. @param {Cue} cue */
  update(cue) {
    if (!this.composing && this.area.value !== cue.text) {
      const caret = Math.min(this.area.selectionStart, cue.text.length);
      this.area.value = cue.text;
      this.area.setSelectionRange(caret, caret);
      this.fit();
    }
    this.#draw(cue);
  }

  /** Make it as high as its text. */
  fit() {
    const lines = Math.max(1, this.area.value.split('\n').length);
    if (this.area.rows !== lines) this.area.rows = lines;
    if (this.area.scrollHeight > this.area.clientHeight + 2) this.area.rows = lines + 1;
  }

  #changed() {
    if (!this.composing) typeText(this.editor, this.area.value);
    this.fit();
  }

  /** @param {Cue} cue */
  #draw(cue) {
    const parts = [];
    let at = 0;
    for (const [first, last] of doubtedRanges(cue)) {
      parts.push(cue.text.slice(at, first), h('mark', {}, cue.text.slice(first, last)));
      at = last;
    }
    fill(this.back, ...parts, cue.text.slice(at), '\u200b');
  }

  /** @param {InputEvent} event */
  #ownUndo(event) {
    if (event.inputType === 'historyUndo' || event.inputType === 'historyRedo') event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // Safari sends Enter after the composition has ended, with key code 229; Option keys of a Mac have it as well.
    if (event.isComposing || this.composing || (event.keyCode === 229 && !(IS_MAC && event.altKey))) {
      event.stopPropagation();
      return;
    }
    if (!handleKey(event, 'text', this.editor)) event.stopPropagation();
  }
}
