/** @import {Editor} from './editor_view.js' */
import { findingsOf } from '../document/lint.js';
import { clock, secondsOf } from '../shared/clock.js';
import { fill, h, icon, iconButton } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { deleteCues, insertCue, mergeWithNext, moveWord, nudge, setEdge, split, toggleLock } from './cue_commands.js';
import { doubtText, findingText } from './finding_text.js';

/** The current cue in detail: its times as fields, what is wrong with it, and buttons for all that keys and the mouse do. */
export class CueDetails {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.start = this.#timeField('start');
    this.end = this.#timeField('end');
    this.duration = h('output', { class: 'cue-duration' });
    this.speaker = h('input', { type: 'text', list: 'speakers', id: 'cue-speaker', autocomplete: 'off', onchange: () => this.#setSpeaker() });
    this.speakers = h('datalist', { id: 'speakers' });
    this.lock = h('button', { type: 'button', class: 'icon-button', title: t('command.lock'), 'aria-label': t('command.lock'), 'aria-pressed': 'false', onclick: () => toggleLock(editor) }, icon('lock'));
    this.findings = h('ul', { class: 'findings', 'aria-live': 'polite', 'aria-label': t('details.findings') });
    this.buttons = h(
      'div', { class: 'cue-buttons', role: 'toolbar', 'aria-label': t('details.actions') },
      iconButton('split', t('command.split'), () => split(editor)),
      iconButton('merge', t('command.merge'), () => mergeWithNext(editor)),
      iconButton('up', t('command.wordUp'), () => moveWord(editor, -1)),
      iconButton('down', t('command.wordDown'), () => moveWord(editor, 1)),
      iconButton('plus', t('command.insert'), () => insertCue(editor)),
      this.lock,
      iconButton('trash', t('command.delete'), () => deleteCues(editor)),
    );
    // Buttons leave the caret where it is, so that "split" knows the place.
    this.buttons.addEventListener('mousedown', (event) => event.preventDefault());
    this.element = h(
      'section', { class: 'details', 'aria-label': t('details.label') },
      h(
        'div', { class: 'details-times' },
        h('label', { htmlFor: 'cue-start' }, t('cue.start')), this.#withNudges('start', this.start),
        h('label', { htmlFor: 'cue-end' }, t('cue.end')), this.#withNudges('end', this.end),
        h('span', { class: 'label' }, t('cue.duration')), this.duration,
        h('label', { htmlFor: 'cue-speaker' }, t('cue.speaker')), this.speaker, this.speakers,
      ),
      this.buttons,
      this.findings,
    );
    editor.store.addEventListener('change', () => this.#later());
    editor.state.addEventListener('current', () => this.#later());
    this.frame = 0;
    this.#show();
  }

  #later() {
    this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.#show(); });
  }

  #show() {
    const { store, state } = this.editor;
    const cue = state.current;
    this.element.classList.toggle('none', !cue);
    for (const field of this.element.querySelectorAll('input, .cue-buttons button, .nudge')) {
      /** @type {HTMLInputElement} */ (field).disabled = !cue || store.readOnly;
    }
    if (!cue) {
      fill(this.findings, h('li', { class: 'faint' }, t('details.none')));
      return;
    }
    if (document.activeElement !== this.start) this.start.value = clock(cue.start);
    if (document.activeElement !== this.end) this.end.value = clock(cue.end);
    if (document.activeElement !== this.speaker) this.speaker.value = cue.speaker ?? '';
    this.duration.textContent = t('seconds', { value: (cue.end - cue.start).toFixed(2) });
    this.lock.setAttribute('aria-pressed', String(cue.locked));
    const findings = findingsOf(cue, store.view.beside(cue.id, -1), store.rules);
    fill(
      this.findings,
      findings.map((finding) => h('li', { class: finding.level }, findingText(finding))),
      cue.doubts.map((doubt) => h('li', { class: 'doubt' }, doubtText(doubt))),
      !findings.length && !cue.doubts.length && h('li', { class: 'fine' }, t('details.fine')),
    );
    this.#showSpeakers();
  }

  #showSpeakers() {
    if (document.activeElement === this.speaker) return;
    const names = new Set(this.editor.store.cues.slice(0, 2000).flatMap((cue) => (cue.speaker ? [cue.speaker] : [])));
    if (this.speakers.childElementCount !== names.size) fill(this.speakers, [...names].map((name) => h('option', { value: name })));
  }

  /** @param {'start' | 'end'} edge */
  #timeField(edge) {
    const field = h('input', {
      type: 'text', id: `cue-${edge}`, class: 'time-field', inputMode: 'decimal', autocomplete: 'off',
      onchange: () => {
        const time = secondsOf(field.value);
        if (time === null) field.setAttribute('aria-invalid', 'true');
        else setEdge(this.editor, edge, time);
        if (time !== null) field.removeAttribute('aria-invalid');
        this.#later();
      },
    });
    return field;
  }

  /** @param {'start' | 'end'} edge @param {HTMLInputElement} field */
  #withNudges(edge, field) {
    const earlier = iconButton('minus', t(edge === 'start' ? 'command.startEarlier' : 'command.endEarlier'), () => nudge(this.editor, edge, -1), { class: 'icon-button nudge' });
    const later = iconButton('plus', t(edge === 'start' ? 'command.startLater' : 'command.endLater'), () => nudge(this.editor, edge, 1), { class: 'icon-button nudge' });
    return h('span', { class: 'time-group' }, field, earlier, later);
  }

  #setSpeaker() {
    const speaker = this.speaker.value.trim() || null;
    this.editor.store.perform(this.editor.state.chosen().map((id) => ({ op: 'setSpeaker', cue: id, speaker })));
  }
}
