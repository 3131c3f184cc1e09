/** @import {DocumentStore} from '../document/document_store.js' */
/** @import {Job} from '../shared/types.js' */
import { clock, frameRateOf } from '../shared/clock.js';
import { fill, h, icon, iconButton } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { setSetting, setting } from '../shared/settings.js';
import { CaptionTrack } from './caption_track.js';

const SPEEDS = [0.5, 0.75, 0.9, 1, 1.25, 1.5, 2, 3];

/** Seconds of a skip. */
const SKIP = 2;

/** The video with its controls. Dispatches `time` in each frame in which the time may have changed, and `cue`. */
export class Player extends EventTarget {
  /** @param {Job} job @param {DocumentStore} store @param {() => void} onPreview */
  constructor(job, store, onPreview) {
    super();
    this.store = store;
    this.frameRate = frameRateOf(store.frameRate) ?? 25;
    this.video = h('video', {
      src: `/v1/jobs/${job.id}/media`, preload: 'auto', playsInline: true, tabIndex: -1, 'aria-label': job.name,
      onclick: () => this.toggle(),
      onplay: () => this.#playing(), onpause: () => this.#paused(),
      onseeked: () => this.#moved(), onloadedmetadata: () => this.#moved(),
      onerror: () => this.element.classList.add('no-media'),
    });
    this.track = new CaptionTrack(this.video, store);
    /** The range that is played, seconds. @type {[number, number] | null} */
    this.range = null;
    this.looping = false;
    /** The cue that is shown now. @type {string | null} */
    this.shownCue = null;
    this.frame = 0;
    this.playButton = iconButton('play', t('command.play'), () => this.toggle(), { class: 'icon-button play-button' });
    this.timeText = h('output', { class: 'player-time', 'aria-label': t('player.time') });
    this.speedBox = h(
      'select',
      { 'aria-label': t('player.speed'), class: 'speed-box', onchange: () => this.#setSpeed(Number(this.speedBox.value)) },
      SPEEDS.map((speed) => h('option', { value: String(speed) }, `${speed}×`)),
    );
    this.element = this.#build(job, onPreview);
    this.#setSpeed(setting('speed', 1));
  }

  get time() {
    return this.video.currentTime;
  }

  get paused() {
    return this.video.paused;
  }

  toggle() {
    this.range = null;
    if (this.paused) void this.video.play().catch(() => {});
    else this.pause();
  }

  pause() {
    this.range = null;
    this.looping = false;
    this.video.pause();
  }

  /** Go to a time; while paused to the middle of its frame, since its exact start often shows the one before. @param {number} time */
  seek(time) {
    const last = Number.isFinite(this.video.duration) ? this.video.duration : Infinity;
    this.range = null;
    this.video.currentTime = Math.min(Math.max(0, this.paused ? this.#middleOfFrame(time) : time), last);
  }

  /** @param {number} direction */
  skip(direction) {
    this.seek(this.time + direction * SKIP);
  }

  /** Show the next frame, or the one before. @param {number} direction */
  step(direction) {
    if (!this.paused) this.pause();
    const frame = Math.floor(this.time * this.frameRate + 1e-6) + direction;
    this.video.currentTime = Math.max(0, (frame + 0.5) / this.frameRate);
  }

  /** Play from `start` to `end`, once or again and again. @param {number} start @param {number} end @param {boolean} loop */
  playRange(start, end, loop) {
    this.video.currentTime = Math.max(0, start);
    this.range = [start, end];
    this.looping = loop;
    void this.video.play().catch(() => {});
  }

  /** @param {number} direction */
  changeSpeed(direction) {
    const index = SPEEDS.findIndex((speed) => speed >= this.video.playbackRate - 0.01);
    this.#setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, index + direction))] ?? 1);
  }

  /** End what runs on its own. */
  close() {
    cancelAnimationFrame(this.frame);
    this.video.removeAttribute('src');
    this.video.load();
  }

  /** @param {Job} job @param {() => void} onPreview */
  #build(job, onPreview) {
    const controls = h(
      'div',
      { class: 'player-controls', role: 'group', 'aria-label': t('player.controls') },
      iconButton('frameBack', t('command.frameBack'), () => this.step(-1)),
      this.playButton,
      iconButton('frameNext', t('command.frameForward'), () => this.step(1)),
      this.timeText,
      h('span', { class: 'grow' }),
      job.has_video && iconButton('eye', t('player.preview'), onPreview),
      this.speedBox,
      iconButton('full', t('player.full'), () => void this.element.requestFullscreen?.()),
    );
    const none = h('p', { class: 'media-missing' }, t('player.missing'));
    return h('section', { class: job.has_video ? 'player' : 'player sound-only', 'aria-label': t('player.label') }, h('div', { class: 'screen' }, this.video, none), controls);
  }

  /** @param {number} time */
  #middleOfFrame(time) {
    return (Math.floor(time * this.frameRate + 1e-3) + 0.5) / this.frameRate;
  }

  /** @param {number} speed */
  #setSpeed(speed) {
    this.video.playbackRate = speed;
    this.video.defaultPlaybackRate = speed;
    this.speedBox.value = String(speed);
    setSetting('speed', speed);
  }

  #playing() {
    this.#showState();
    const tick = () => {
      if (this.range && this.time >= this.range[1]) this.#endRange(this.range);
      this.#moved();
      this.frame = this.paused ? 0 : requestAnimationFrame(tick);
    };
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(tick);
  }

  /** @param {[number, number]} range */
  #endRange([start, end]) {
    if (this.looping) {
      this.video.currentTime = start;
      return;
    }
    this.pause();
    this.video.currentTime = Math.max(start, end - 0.5 / this.frameRate);
  }

  #paused() {
    this.#showState();
    this.#moved();
  }

  #showState() {
    fill(this.playButton, icon(this.paused ? 'play' : 'pause'));
    this.playButton.classList.toggle('on', !this.paused);
  }

  #moved() {
    const time = this.time;
    const total = Number.isFinite(this.video.duration) ? this.video.duration : this.store.duration;
    this.timeText.textContent = `${clock(time)} / ${clock(total, 0)}`;
    const cue = this.store.cues[this.store.view.firstAfter(time)];
    const shown = cue && cue.start <= time ? cue.id : null;
    if (shown !== this.shownCue) {
      this.shownCue = shown;
      this.dispatchEvent(new CustomEvent('cue'));
    }
    this.dispatchEvent(new CustomEvent('time'));
  }
}
