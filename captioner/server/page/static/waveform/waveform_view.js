/** @import {Cue} from '../shared/types.js' */
/** @import {Editor} from '../editor/editor_view.js' */
/** @import {Grip} from './cue_drag.js' */
import { call } from '../shared/api.js';
import { frameRateOf } from '../shared/clock.js';
import { h, iconButton } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { setSetting, setting } from '../shared/settings.js';
import { insertAt } from '../editor/cue_commands.js';
import { handleKey } from '../editor/shortcuts.js';
import { dragOperation, dragged, gripAt, snapPoints } from './cue_drag.js';
import { EdgeSliders } from './edge_sliders.js';
import { PeakTiles } from './peak_tiles.js';
import { snapped } from './snapping.js';
import { TimeScale } from './time_scale.js';
import { RULER, colorsOf, drawCues, drawWave } from './wave_drawing.js';

/** Pixels within which an edge snaps. */
const SNAP = 8;

/**
 * @typedef {{grip: Grip | null, from: number, x: number, offset: number, cues: Cue[], moved: boolean,
 *   guide: {time: number, label: string} | null, pointer: number, scrub: boolean}} Drag
 */

/** The timeline: waveform and cues on two canvases as wide as the view, however long the media is. */
export class WaveformView {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.scale = new TimeScale(editor.store.duration);
    this.scale.perSecond = setting('zoom', 80);
    this.peaks = new PeakTiles(editor.job.id, editor.store.duration, () => this.#drawAll());
    /** @type {number[]} */
    this.shots = [];
    /** The stretch that was marked. @type {[number, number] | null} */
    this.range = null;
    /** @type {Drag | null} */
    this.drag = null;
    this.waveStale = true;
    this.frame = 0;
    this.height = 0;
    this.wave = h('canvas', { 'aria-hidden': 'true' });
    this.over = h('canvas', { 'aria-hidden': 'true' });
    this.sliders = new EdgeSliders(editor);
    this.surface = h(
      'div',
      {
        class: 'wave-surface', tabIndex: 0, role: 'group', 'aria-label': t('wave.label'), 'aria-describedby': 'wave-help',
        onpointerdown: (/** @type {PointerEvent} */ event) => this.#down(event),
        onpointermove: (/** @type {PointerEvent} */ event) => this.#move(event),
        onpointerup: (/** @type {PointerEvent} */ event) => this.#up(event),
        onpointercancel: () => this.cancelDrag(),
        ondblclick: (/** @type {MouseEvent} */ event) => this.#doubleClicked(event),
        onwheel: (/** @type {WheelEvent} */ event) => this.#wheel(event),
        onkeydown: (/** @type {KeyboardEvent} */ event) => handleKey(event, 'list', editor),
      },
      this.wave, this.over, this.sliders.element,
    );
    this.element = h(
      'section',
      { class: 'waveform', 'aria-label': t('wave.section') },
      this.surface,
      h('div', { class: 'wave-tools' }, iconButton('plus', t('command.zoomIn'), () => this.zoom(1.5)), iconButton('minus', t('command.zoomOut'), () => this.zoom(1 / 1.5))),
      h('p', { id: 'wave-help', class: 'unseen' }, t('wave.help')),
    );
    this.#connect();
    void this.#loadShots(0);
  }

  #connect() {
    const { player, state, store } = this.editor;
    player.addEventListener('time', () => this.#timeChanged());
    store.addEventListener('change', () => this.draw());
    state.addEventListener('current', () => { this.#showCurrent(); this.draw(); });
    state.addEventListener('selection', () => this.draw());
    new ResizeObserver(() => this.#resize()).observe(this.surface);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#drawAll());
  }

  /** @param {number} factor */
  zoom(factor) {
    const x = this.scale.x(this.editor.player.time);
    this.#zoomAt(factor, x >= 0 && x <= this.scale.width ? x : this.scale.width / 2);
  }

  /** End a drag without an effect, or forget the marked stretch. Returns whether there was one. */
  cancelDrag() {
    const had = Boolean(this.drag ?? this.range);
    this.drag = null;
    this.range = null;
    this.draw();
    return had;
  }

  /** Draw in the next frame. */
  draw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.#drawNow();
    });
  }

  close() {
    this.peaks.close();
    cancelAnimationFrame(this.frame);
  }

  /** Draw the waveform too, after a change of theme for example. */
  redraw() {
    this.#drawAll();
  }

  #drawAll() {
    this.waveStale = true;
    this.draw();
  }

  #drawNow() {
    const wave = this.wave.getContext('2d');
    const over = this.over.getContext('2d');
    if (!wave || !over || !this.height) return;
    const colors = colorsOf(this.element);
    const { store, state, player } = this.editor;
    if (this.waveStale) drawWave(wave, this.height, this.scale, this.peaks, store.regions, colors);
    this.waveStale = false;
    const cues = this.#seenCues();
    drawCues(over, this.height, this.scale, {
      cues, current: state.currentId, selected: state.selected, shots: this.shots, time: player.time, range: this.range,
      guide: this.drag?.guide ?? null,
    }, colors);
    const current = cues.find((cue) => cue.id === state.currentId) ?? state.current;
    this.sliders.update(current, this.scale, store.readOnly);
  }

  /** @returns {Cue[]} the cues in the view, with those that are dragged where they are now */
  #seenCues() {
    const { store } = this.editor;
    const held = new Map(this.drag?.cues.map((cue) => [cue.id, cue]));
    const seen = [];
    for (let index = Math.max(0, store.view.firstAfter(this.scale.from) - 1); index < store.cues.length; index += 1) {
      const cue = /** @type {Cue} */ (store.cues[index]);
      if (cue.start > this.scale.to && !held.has(cue.id)) break;
      seen.push(held.get(cue.id) ?? cue);
    }
    return seen;
  }

  #timeChanged() {
    if (!this.drag && this.scale.follow(this.editor.player.time) ) this.waveStale = true;
    this.draw();
  }

  #showCurrent() {
    const cue = this.editor.state.current;
    if (!cue || this.drag || (cue.start >= this.scale.from && cue.end <= this.scale.to)) return;
    this.scale.scrollTo(cue.start - (this.scale.width / this.scale.perSecond) * 0.15);
    this.waveStale = true;
  }

  #resize() {
    const { clientWidth, clientHeight } = this.surface;
    const ratio = window.devicePixelRatio || 1;
    this.scale.width = clientWidth;
    this.height = clientHeight;
    for (const canvas of [this.wave, this.over]) {
      canvas.width = Math.round(clientWidth * ratio);
      canvas.height = Math.round(clientHeight * ratio);
      canvas.getContext('2d')?.scale(ratio, ratio);
    }
    this.waveStale = true;
    this.#drawNow();
  }

  /** @param {PointerEvent | MouseEvent} event @returns {number} */
  #x(event) {
    return event.clientX - this.surface.getBoundingClientRect().left;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest('[role=slider]'))) return;
    const { store, state } = this.editor;
    const x = this.#x(event);
    const time = this.scale.time(x);
    const scrub = event.clientY - this.surface.getBoundingClientRect().top < RULER;
    const grip = scrub || store.readOnly ? null : gripAt(store, time, this.scale.perSecond, event.altKey, state.currentId);
    this.surface.setPointerCapture(event.pointerId);
    this.surface.focus({ preventScroll: true });
    this.drag = { grip, from: time, x, offset: time - this.#gripTime(grip, time), cues: [], moved: false, guide: null, pointer: event.pointerId, scrub };
    if (scrub) this.editor.player.seek(time);
  }

  /** @param {Grip | null} grip @param {number} time @returns {number} the time that the grip holds */
  #gripTime(grip, time) {
    if (!grip) return time;
    const { view } = this.editor.store;
    if (grip.kind === 'border') return view.get(grip.right)?.start ?? time;
    return view.get(grip.cue)?.[grip.kind === 'end' ? 'end' : 'start'] ?? time;
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const x = this.#x(event);
    const { drag } = this;
    if (!drag) {
      this.#showCursor(event, x);
      return;
    }
    drag.moved ||= Math.abs(x - drag.x) > 3;
    if (!drag.moved) return;
    const time = this.scale.time(x);
    if (drag.scrub) this.editor.player.seek(time);
    else if (!drag.grip) this.range = [Math.min(drag.from, time), Math.max(drag.from, time)];
    else this.#dragTo(drag, drag.grip, time - drag.offset, event.shiftKey);
    this.draw();
  }

  /** @param {Drag} drag @param {Grip} grip @param {number} time @param {boolean} free whether not to snap */
  #dragTo(drag, grip, time, free) {
    const { store, player } = this.editor;
    const tolerance = SNAP / this.scale.perSecond;
    const points = free ? [] : snapPoints(store, grip, this.shots, player.time, time, tolerance * 2);
    const point = free ? null : snapped(time, points, tolerance, frameRateOf(store.frameRate));
    drag.cues = dragged(store, grip, point?.time ?? time);
    drag.guide = point && point.kind !== 'frame' ? { time: point.time, label: t(/** @type {import('../shared/language.js').TextKey} */ (`snap.${point.kind}`)) } : null;
  }

  /** @param {PointerEvent} event */
  #showCursor(event, x = this.#x(event)) {
    const { store, state } = this.editor;
    const onRuler = event.clientY - this.surface.getBoundingClientRect().top < RULER;
    const grip = onRuler || store.readOnly ? null : gripAt(store, this.scale.time(x), this.scale.perSecond, event.altKey, state.currentId);
    this.surface.dataset['grip'] = grip ? (grip.kind === 'start' || grip.kind === 'end' ? 'edge' : grip.kind) : onRuler ? 'ruler' : '';
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const { drag } = this;
    if (!drag) return;
    this.drag = null;
    const { store, state, player } = this.editor;
    if (!drag.moved) {
      this.#clicked(drag);
    } else if (drag.grip) {
      const operation = dragOperation(store, drag.grip, drag.cues);
      if (operation) store.perform([operation]);
      const held = drag.grip.kind === 'border' ? drag.grip.right : drag.grip.cue;
      const ids = drag.grip.kind === 'border' ? [drag.grip.left, drag.grip.right] : [drag.grip.cue];
      if (!ids.includes(state.currentId ?? '')) state.go(held);
      this.editor.show(state.currentId);
    } else if (!drag.scrub && player.paused) {
      player.seek(this.range?.[0] ?? drag.from);
    }
    event.preventDefault();
    this.draw();
  }

  /** @param {Drag} drag */
  #clicked(drag) {
    const { store, state, player } = this.editor;
    this.range = null;
    player.seek(drag.from);
    const cue = store.cues[store.view.firstAfter(drag.from)];
    if (cue && cue.start <= drag.from && !drag.scrub) {
      state.go(cue.id);
      this.editor.show(cue.id);
    }
  }

  /** @param {MouseEvent} event */
  #doubleClicked(event) {
    const time = this.scale.time(this.#x(event));
    const cue = this.editor.store.cues[this.editor.store.view.firstAfter(time)];
    if (cue && cue.start <= time) this.editor.state.go(cue.id, { edit: true });
    else if (!this.editor.store.readOnly) insertAt(this.editor, time, 2);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      this.#zoomAt(Math.exp(-event.deltaY / 300), this.#x(event));
      return;
    }
    const pixels = (Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY) * (event.deltaMode === 1 ? 20 : 1);
    this.scale.scrollTo(this.scale.from + pixels / this.scale.perSecond);
    this.#drawAll();
  }

  /** @param {number} factor @param {number} x */
  #zoomAt(factor, x) {
    this.scale.zoom(factor, x);
    setSetting('zoom', this.scale.perSecond);
    this.#drawAll();
  }

  /** @param {number} tries */
  async #loadShots(tries) {
    if (!this.editor.job.has_video || this.peaks.closed || tries > 60) return;
    try {
      const response = await call(`/v1/jobs/${this.editor.job.id}/shots`);
      if (response.status === 200) {
        this.shots = await response.json();
        this.draw();
        return;
      }
    } catch {
      // Not there yet; asked again below.
    }
    setTimeout(() => void this.#loadShots(tries + 1), 3000);
  }
}
