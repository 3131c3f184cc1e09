/** @import {Job} from '../shared/types.js' */
import { clock } from '../shared/clock.js';
import { callJson } from '../shared/api.js';
import { h, icon } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { progressText, shareDone } from './progress_text.js';

/** A job that waits or runs: how far it is, and the cues as they are made. */
export class RunningView {
  /** @param {Job} job @param {(job: Job) => void} onEnd */
  constructor(job, onEnd) {
    this.job = job;
    this.onEnd = onEnd;
    this.closed = false;
    this.bar = h('progress', { max: 1, 'aria-label': t('progress.label') });
    this.text = h('p', { class: 'progress-text', role: 'status' });
    this.cues = h('ol', { class: 'coming-cues', 'aria-label': t('running.cues') });
    this.element = h(
      'main', { class: 'running' },
      h('header', { class: 'top-bar' }, h('a', { class: 'home', href: '#/', 'aria-label': t('nav.jobs') }, icon('back')), h('h1', { dir: 'auto' }, job.name)),
      h('section', { class: 'running-progress' }, this.bar, this.text),
      this.cues,
    );
    this.source = new EventSource(`/v1/jobs/${job.id}/events`);
    this.source.addEventListener('job', (event) => this.#changed(JSON.parse(event.data)));
    this.source.addEventListener('cue', (event) => this.#cue(JSON.parse(event.data)));
    this.source.addEventListener('open', () => this.cues.replaceChildren());
    this.source.addEventListener('error', () => void this.#look());
    this.#changed(job);
  }

  close() {
    this.closed = true;
    this.source.close();
  }

  /** @param {Job} job */
  #changed(job) {
    if (this.closed) return;
    this.job = job;
    const share = shareDone(job);
    if (share === null) this.bar.removeAttribute('value');
    else this.bar.value = share;
    this.text.textContent = progressText(job);
    document.title = share === null ? job.name : `${Math.floor(share * 100)} % · ${job.name}`;
    if (job.state === 'waiting' || job.state === 'running') return;
    this.close();
    this.onEnd(job);
  }

  /** @param {{start: number, text: string}} cue */
  #cue(cue) {
    const near = this.cues.scrollHeight - this.cues.scrollTop - this.cues.clientHeight < 60;
    this.cues.append(h('li', {}, h('time', {}, clock(cue.start, 1)), h('span', { dir: 'auto' }, cue.text)));
    while (this.cues.childElementCount > 300) this.cues.firstElementChild?.remove();
    if (near) this.cues.scrollTop = this.cues.scrollHeight;
  }

  /** The stream ended or broke: the job may be done. */
  async #look() {
    try {
      this.#changed(await callJson(`/v1/jobs/${this.job.id}`));
    } catch {
      // The server is away; the browser connects again by itself.
    }
  }
}
