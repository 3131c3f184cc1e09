/** @import {Cue} from '../shared/types.js' */
/** @import {Editor} from './editor_view.js' */
import { doubtedRanges, isDoubted } from '../document/doubts.js';
import { findingsOf, readingSpeed } from '../document/lint.js';
import { clock } from '../shared/clock.js';
import { fill, h, icon } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { speakerColor } from './speaker_colors.js';
import { doubtText, findingLabel, findingText, shortNumber } from './finding_text.js';

/** A row of the list: number, times, text, and what breaks the profile's rules. */
export class CueRow {
  /** @param {Editor} editor @param {Cue} cue */
  constructor(editor, cue) {
    this.editor = editor;
    this.id = cue.id;
    this.number = h('span', { class: 'row-number' });
    this.times = h('span', { class: 'row-times' });
    this.text = h('div', { class: 'row-text', dir: 'auto', lang: editor.store.language ?? undefined });
    this.textCell = h('div', { role: 'gridcell', class: 'cell-text' }, this.text);
    this.notes = h('div', { role: 'gridcell', class: 'cell-notes' });
    this.element = h(
      'div',
      { role: 'row', class: 'row', tabIndex: -1, 'data-cue': cue.id },
      h('div', { role: 'rowheader', class: 'cell-number' }, this.number),
      h('div', { role: 'gridcell', class: 'cell-times' }, this.times),
      this.textCell,
      this.notes,
    );
    this.place = -1;
    /** What is shown, so that nothing is drawn twice. @type {{cue: Cue | null, before: Cue | undefined}} */
    this.shown = { cue: null, before: undefined };
  }

  /** Show a cue at its place. @param {Cue} cue @param {number} index @param {number} top */
  update(cue, index, top) {
    const before = this.editor.store.cues[index - 1];
    if (top !== this.place) this.element.style.transform = `translateY(${top}px)`;
    this.place = top;
    this.number.textContent = String(index + 1);
    this.element.setAttribute('aria-rowindex', String(index + 1));
    this.#mark(cue);
    if (this.shown.cue === cue && this.shown.before === before) return;
    if (this.shown.cue !== cue) this.#showCue(cue);
    this.#showNotes(cue, before);
    this.shown = { cue, before };
  }

  /** @param {Cue} cue */
  #mark(cue) {
    const { state, player } = this.editor;
    const isCurrent = cue.id === state.currentId;
    const { classList } = this.element;
    classList.toggle('current', isCurrent);
    classList.toggle('selected', state.selected.has(cue.id));
    classList.toggle('playing', player.shownCue === cue.id);
    this.element.setAttribute('aria-selected', String(isCurrent || state.selected.has(cue.id)));
    this.element.tabIndex = isCurrent ? 0 : -1;
  }

  /** @param {Cue} cue */
  #showCue(cue) {
    fill(
      this.times,
      h('time', {}, clock(cue.start, 2)),
      h('time', { class: 'out-time' }, clock(cue.end, 2)),
      cue.locked && h('span', { class: 'locked', title: t('cue.locked') }, icon('lock'), h('span', { class: 'unseen' }, t('cue.locked'))),
    );
    const parts = [];
    let at = 0;
    for (const [first, last] of doubtedRanges(cue)) {
      parts.push(cue.text.slice(at, first), h('mark', { title: t('doubt.word') }, cue.text.slice(first, last)));
      at = last;
    }
    const rest = cue.text.slice(at);
    const speaker = cue.speaker && h('span', { class: 'speaker' }, `${cue.speaker}: `);
    if (speaker) speaker.style.color = speakerColor(cue.speaker ?? '');
    fill(this.text, speaker, ...parts, rest || (parts.length ? '' : h('span', { class: 'blank' }, t('cue.blank'))));
    this.element.classList.toggle('doubted', isDoubted(cue));
  }

  /** @param {Cue} cue @param {Cue | undefined} before */
  #showNotes(cue, before) {
    const { rules } = this.editor.store;
    const findings = findingsOf(cue, before, rules);
    const speed = findings.find((finding) => finding.rule === 'reading-speed');
    const level = speed ? 'error' : '';
    fill(
      this.notes,
      h('span', { class: `speed ${level}`, title: speed ? findingText(speed) : t('lint.speed') }, t('lint.cps', { value: shortNumber(Math.round(readingSpeed(cue, rules))) })),
      findings
        .filter((finding) => finding !== speed)
        .slice(0, 2)
        .map((finding) => h('span', { class: `note ${finding.level}`, title: findingText(finding) }, findingLabel(finding))),
      isDoubted(cue) && h('span', { class: 'note doubt', title: cue.doubts.map(doubtText).join('\n') }, t('doubt.short')),
    );
  }
}
