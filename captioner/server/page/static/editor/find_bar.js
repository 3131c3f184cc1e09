/** @import {Match, Query} from '../document/search.js' */
/** @import {Editor} from './editor_view.js' */
import { expressionOf, matchesOf, replaceAll } from '../document/search.js';
import { h, iconButton, toast } from '../shared/dom.js';
import { t } from '../shared/language.js';

/** Find and replace in all cues; the browser's own search does not see the rows that are not mounted. */
export class FindBar {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    /** @type {Match[]} */
    this.matches = [];
    this.index = -1;
    this.text = h('input', { type: 'search', 'aria-label': t('find.text'), placeholder: t('find.text'), oninput: () => this.#search() });
    this.replacement = h('input', { type: 'text', 'aria-label': t('find.replacement'), placeholder: t('find.replacement') });
    this.count = h('output', { class: 'find-count', 'aria-live': 'polite' });
    this.matchCase = this.#toggle('Aa', t('find.case'));
    this.wholeWord = this.#toggle('ab|', t('find.word'));
    this.pattern = this.#toggle('.*', t('find.pattern'));
    this.replacing = h(
      'div', { class: 'find-line' }, this.replacement,
      h('button', { type: 'button', onclick: () => this.#replaceOne() }, t('find.replaceOne')),
      h('button', { type: 'button', onclick: () => this.#replaceAll() }, t('find.replaceAll')),
    );
    this.element = h(
      'form',
      { class: 'find-bar', hidden: true, role: 'search', 'aria-label': t('command.find'), onsubmit: (/** @type {Event} */ event) => event.preventDefault(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) },
      h(
        'div', { class: 'find-line' }, this.text, this.matchCase, this.wholeWord, this.pattern, this.count,
        iconButton('up', t('find.previous'), () => this.move(-1)), iconButton('down', t('find.next'), () => this.move(1)),
        iconButton('close', t('find.close'), () => this.close(true)),
      ),
      this.replacing,
    );
  }

  /** @param {boolean} replace whether to show the replacement too */
  open(replace) {
    const chosen = window.getSelection()?.toString() ?? '';
    const box = this.editor.list.textBox;
    const marked = box ? box.value.slice(box.selectionStart, box.selectionEnd) : chosen;
    this.editor.state.stopEditing();
    this.element.hidden = false;
    this.replacing.hidden = this.editor.store.readOnly || (!replace && this.replacing.hidden && this.element.dataset['opened'] === '1');
    this.element.dataset['opened'] = '1';
    if (marked && !marked.includes('\n')) this.text.value = marked;
    this.#search();
    this.text.focus();
    this.text.select();
  }

  /** @param {boolean} [focus] whether the list gets the focus */
  close(focus = false) {
    if (this.element.hidden) return;
    this.element.hidden = true;
    if (focus) this.editor.list.focusCurrent();
  }

  /** Go to the next match, or the one before. @param {1 | -1} direction */
  move(direction) {
    this.#find();
    if (!this.matches.length) return;
    this.index = (this.index + direction + this.matches.length) % this.matches.length;
    this.#show();
  }

  /** @returns {Query} */
  get query() {
    const pressed = (/** @type {HTMLElement} */ button) => button.getAttribute('aria-pressed') === 'true';
    return { text: this.text.value, matchCase: pressed(this.matchCase), wholeWord: pressed(this.wholeWord), pattern: pressed(this.pattern) };
  }

  #search() {
    this.#find();
    const from = this.editor.store.view.indexOf(this.editor.state.currentId);
    this.index = this.matches.findIndex((match) => this.editor.store.view.indexOf(match.cue) >= from);
    if (this.matches.length) this.#show();
  }

  #find() {
    this.matches = matchesOf(this.editor.store.cues, this.query);
    const malformed = this.text.value && !expressionOf(this.query);
    this.index = Math.min(this.index, this.matches.length - 1);
    this.#showCount();
    if (malformed) this.count.textContent = t('find.malformed');
  }

  #show() {
    const match = this.matches[Math.max(0, this.index)];
    if (!match) return;
    this.editor.state.go(match.cue);
    this.editor.show(match.cue);
    if (this.editor.player.paused) this.editor.player.seek(this.editor.store.view.get(match.cue)?.start ?? 0);
    this.#showCount();
  }

  #showCount() {
    this.count.textContent = this.text.value ? t('find.count', { at: this.matches.length ? Math.max(0, this.index) + 1 : 0, all: this.matches.length }) : '';
  }

  #replaceOne() {
    const match = this.matches[Math.max(0, this.index)];
    const cue = match && this.editor.store.view.get(match.cue);
    if (!match || !cue) return;
    const found = cue.text.slice(match.first, match.last);
    const expression = expressionOf(this.query);
    const put = this.query.pattern && expression ? found.replace(expression, this.replacement.value) : this.replacement.value;
    this.editor.store.perform([{ op: 'setText', cue: cue.id, text: cue.text.slice(0, match.first) + put + cue.text.slice(match.last) }]);
    this.#find();
    if (this.matches.length) this.#show();
  }

  #replaceAll() {
    const operations = replaceAll(this.editor.store.cues, this.query, this.replacement.value);
    const count = this.matches.length;
    if (!operations.length || !this.editor.store.perform(operations)) return;
    toast(t('find.replaced', { count }), [{ label: t('command.undo'), run: () => this.editor.undo() }]);
    this.#find();
  }

  /** @param {string} label @param {string} title */
  #toggle(label, title) {
    const button = h('button', { type: 'button', class: 'toggle', title, 'aria-label': title, 'aria-pressed': 'false', onclick: () => {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      this.#search();
    } }, label);
    return button;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (event.key === 'Escape') this.close(true);
    else if (event.key === 'Enter' && event.target === this.text) this.move(event.shiftKey ? -1 : 1);
    else if (event.key === 'Enter' && event.target === this.replacement) this.#replaceOne();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
