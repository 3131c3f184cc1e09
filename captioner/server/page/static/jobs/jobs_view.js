/** @import {Job, Session} from '../shared/types.js' */
import { ApiError, call, callJson } from '../shared/api.js';
import { fill, h, iconButton, toast } from '../shared/dom.js';
import { language, t } from '../shared/language.js';
import { setSetting } from '../shared/settings.js';
import { nextTheme, showTheme, themeName } from '../shared/theme.js';
import { NewJobForm } from './new_job_form.js';
import { progressText, shareDone } from './progress_text.js';

/** Milliseconds between two looks at the jobs, while some run and while none does. */
const [OFTEN, SELDOM] = [1000, 6000];

/** The page of all jobs. */
export class JobsView {
  /** @param {Session} session */
  constructor(session) {
    this.list = h('ul', { class: 'job-list', 'aria-label': t('jobs.title') });
    this.none = h('p', { class: 'faint none' }, t('jobs.none'));
    this.form = new NewJobForm(() => void this.#refresh(), session.backend);
    this.timer = 0;
    this.closed = false;
    /** @type {Map<string, {json: string, element: HTMLElement}>} */
    this.rows = new Map();
    this.element = h('main', { class: 'jobs' }, this.#header(), this.form.element, h('section', { 'aria-label': t('jobs.title') }, h('h2', {}, t('jobs.title')), this.none, this.list));
    void this.#refresh();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }

  #header() {
    const other = language === 'zh' ? 'en' : 'zh';
    const theme = h('button', { type: 'button', class: 'quiet', onclick: () => { nextTheme(); theme.textContent = t(`theme.${themeName()}`); } }, t(`theme.${themeName()}`));
    const tongue = h('button', { type: 'button', class: 'quiet', lang: other, onclick: () => { setSetting('language', other); location.reload(); } }, other === 'zh' ? '中文' : 'English');
    showTheme();
    return h('header', { class: 'jobs-header' }, h('div', {}, h('h1', {}, 'captioner'), h('p', { class: 'faint' }, t('jobs.about'))), h('span', { class: 'grow' }), theme, tongue);
  }

  async #refresh() {
    clearTimeout(this.timer);
    let busy = false;
    try {
      /** @type {Job[]} */
      const jobs = await callJson('/v1/jobs');
      this.#show(jobs.filter((job) => job.kind === 'caption'));
      busy = jobs.some((job) => job.state === 'waiting' || job.state === 'running');
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return;
    }
    if (!this.closed) this.timer = window.setTimeout(() => void this.#refresh(), busy ? OFTEN : SELDOM);
  }

  /** @param {readonly Job[]} jobs */
  #show(jobs) {
    this.none.hidden = jobs.length > 0;
    const elements = jobs.map((job) => {
      const json = JSON.stringify(job);
      const known = this.rows.get(job.id);
      if (known?.json === json) return known.element;
      const element = this.#row(job);
      this.rows.set(job.id, { json, element });
      return element;
    });
    if (elements.length !== this.list.childElementCount || elements.some((element, index) => this.list.children[index] !== element)) fill(this.list, elements);
  }

  /** @param {Job} job */
  #row(job) {
    const active = job.state === 'waiting' || job.state === 'running';
    const share = shareDone(job);
    const state = active
      ? h('div', { class: 'job-progress' }, h('progress', { max: 1, 'aria-label': job.name, ...(share === null ? {} : { value: share }) }), h('span', { class: 'faint' }, progressText(job)))
      : h('div', { class: `job-state ${job.state}` }, stateText(job));
    const end = active
      ? h('button', { type: 'button', class: 'small', onclick: () => void this.#act(`/v1/jobs/${job.id}/cancel`, 'POST') }, t('job.cancel'))
      : iconButton('trash', t('job.delete', { name: job.name }), () => this.#delete(job));
    return h(
      'li', { class: 'job' },
      h('a', { class: 'job-main', href: `#/job/${job.id}` }, h('span', { class: 'job-name', dir: 'auto' }, job.name), state),
      h('time', { class: 'faint job-date', dateTime: new Date(job.created * 1000).toISOString() }, new Date(job.created * 1000).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })),
      end,
    );
  }

  /** @param {Job} job */
  #delete(job) {
    if (window.confirm(t('job.deleteAsk', { name: job.name }))) void this.#act(`/v1/jobs/${job.id}`, 'DELETE');
  }

  /** @param {string} path @param {string} method */
  async #act(path, method) {
    try {
      await call(path, { method });
    } catch (error) {
      toast(error instanceof ApiError ? error.message : t('state.offline'), [], { error: true });
    }
    await this.#refresh();
  }
}

/** @param {Job} job */
function stateText(job) {
  if (job.state === 'failed') return job.error ?? t('state.failed');
  if (job.state === 'cancelled') return t('state.cancelled');
  const lost = job.lost_regions ? ` · ${t('job.lost', { count: job.lost_regions })}` : '';
  return t('job.cues', { count: job.cues }) + lost;
}
