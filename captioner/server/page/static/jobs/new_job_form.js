/** @import {Job} from '../shared/types.js' */
import { ApiError, callJson } from '../shared/api.js';
import { fill, h, icon, toast } from '../shared/dom.js';
import { languageName, t } from '../shared/language.js';
import { setSetting, setting } from '../shared/settings.js';
import { uploadFile } from './tus_upload.js';

const LANGUAGES = ['en', 'zh', 'yue', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'ja', 'ko', 'ar', 'he', 'hi', 'ru', 'uk', 'pl', 'tr', 'vi', 'th', 'id'];

const CAPTION_FILE = /\.(srt|vtt|ass|ssa|ttml|dfxp|itt|stl|scc|sbv|sub|smi|lrc|json|csv|fcpxml|xml)$/i;

/** Where people drop a file, or choose one, or give an address; and what they may ask for. */
export class NewJobForm {
  /** @param {(job: Job) => void} onJob @param {string | null} backend */
  constructor(onJob, backend) {
    this.onJob = onJob;
    this.file = h('input', { type: 'file', id: 'media-file', class: 'unseen', multiple: true, accept: 'video/*,audio/*,.mkv,.mxf,.ts', onchange: () => this.#chosen(this.file.files) });
    this.captions = h('input', { type: 'file', id: 'captions-file' });
    this.language = h('select', { id: 'job-language' }, h('option', { value: '' }, t('new.anyLanguage')), LANGUAGES.map((tag) => h('option', { value: tag }, languageName(tag))));
    this.language.value = setting('job-language', '');
    this.profile = h('select', { id: 'job-profile' }, h('option', { value: '' }, t('new.anyProfile')));
    this.hotwords = h('input', { type: 'text', id: 'job-hotwords', value: setting('hotwords', []).join(', '), placeholder: t('new.hotwordsExample') });
    this.address = h('input', { type: 'url', id: 'job-url', placeholder: 'https://…', autocomplete: 'off' });
    this.uploads = h('ul', { class: 'job-list uploads', 'aria-label': t('new.uploads') });
    this.element = this.#build(backend);
    void this.#loadProfiles();
  }

  /** @param {string | null} backend */
  #build(backend) {
    const zone = h(
      'label', { class: 'drop-zone', htmlFor: 'media-file' },
      icon('upload'), h('strong', {}, t('new.drop')), h('span', { class: 'faint' }, t('new.choose')),
    );
    const element = h(
      'section', { class: 'new-job', 'aria-label': t('new.title') },
      this.file, zone,
      h(
        'div', { class: 'job-options' },
        h('div', { class: 'field' }, h('label', { htmlFor: 'job-language' }, t('new.language')), this.language),
        h('div', { class: 'field' }, h('label', { htmlFor: 'job-profile' }, t('new.profile')), this.profile),
        h('div', { class: 'field' }, h('label', { htmlFor: 'job-hotwords' }, t('new.hotwords')), this.hotwords),
        backend && h('p', { class: 'faint backend-name' }, t('new.backend', { name: backend })),
      ),
      h(
        'details', { class: 'more-ways' }, h('summary', {}, t('new.more')),
        h('form', { class: 'field-line', onsubmit: (/** @type {Event} */ event) => this.#addressGiven(event) }, h('label', { htmlFor: 'job-url' }, t('new.address')), this.address, h('button', { type: 'submit' }, t('new.fetch'))),
        h('div', { class: 'field-line' }, h('label', { htmlFor: 'captions-file' }, t('new.captions')), this.captions),
      ),
      this.uploads,
    );
    for (const kind of ['dragenter', 'dragover']) element.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add('over'); });
    for (const kind of ['dragleave', 'drop']) element.addEventListener(kind, () => zone.classList.remove('over'));
    element.addEventListener('drop', (event) => { event.preventDefault(); this.#chosen(event.dataTransfer?.files ?? null); });
    return element;
  }

  /** @param {FileList | null} files */
  #chosen(files) {
    const all = [...(files ?? [])];
    const captions = all.filter((file) => CAPTION_FILE.test(file.name));
    const media = all.filter((file) => !CAPTION_FILE.test(file.name));
    if (captions.length && !media.length) {
      const transfer = new DataTransfer();
      transfer.items.add(/** @type {File} */ (captions[0]));
      this.captions.files = transfer.files;
      /** @type {HTMLDetailsElement} */ (this.element.querySelector('details')).open = true;
      toast(t('new.nowMedia'));
    }
    const chosen = this.captions.files?.[0];
    for (const file of media) void this.#upload(file, captions.find((one) => stem(one.name).startsWith(stem(file.name))) ?? (media.length === 1 ? captions[0] ?? chosen : undefined));
    this.file.value = '';
  }

  /** @param {File} file @param {File | undefined} captions */
  async #upload(file, captions) {
    const controller = new AbortController();
    const bar = h('progress', { max: 1, value: 0, 'aria-label': file.name });
    const text = h('span', { class: 'faint' }, t('upload.percent', { value: 0 }));
    const cancel = h('button', { type: 'button', class: 'small', onclick: () => controller.abort() }, t('job.cancel'));
    const row = h('li', { class: 'job' }, h('div', { class: 'job-main' }, h('span', { class: 'job-name', dir: 'auto' }, file.name), h('div', { class: 'job-progress' }, bar, text)), cancel);
    this.uploads.append(row);
    try {
      const id = await uploadFile(file, (share, waiting) => {
        bar.value = share;
        text.textContent = waiting ? t('upload.waiting') : t('upload.percent', { value: Math.floor(share * 100) });
      }, controller.signal);
      this.onJob(await this.#submit({ upload: id }, captions));
      row.remove();
    } catch (error) {
      if (controller.signal.aborted) row.remove();
      else fill(row, h('div', { class: 'job-main' }, h('span', { class: 'job-name' }, file.name), h('p', { class: 'error-text', role: 'alert' }, messageOf(error))), h('button', { type: 'button', class: 'small', onclick: () => row.remove() }, t('job.dismiss')));
    }
  }

  /** @param {Event} event */
  async #addressGiven(event) {
    event.preventDefault();
    if (!this.address.value) return;
    try {
      this.onJob(await this.#submit({ url: this.address.value }, this.captions.files?.[0]));
      this.address.value = '';
    } catch (error) {
      toast(messageOf(error), [], { error: true });
    }
  }

  /** @param {Record<string, string>} source @param {File | undefined} captions @returns {Promise<Job>} */
  async #submit(source, captions) {
    const words = this.hotwords.value.split(/[,，、\n]/).map((word) => word.trim()).filter(Boolean);
    setSetting('hotwords', words);
    setSetting('job-language', this.language.value);
    const form = new FormData();
    for (const [name, value] of Object.entries(source)) form.append(name, value);
    if (this.language.value) form.append('language', this.language.value);
    if (this.profile.value) form.append('profile', this.profile.value);
    for (const word of words) form.append('hotwords', word);
    if (captions) form.append('captions', captions);
    return callJson('/v1/jobs', { method: 'POST', body: form });
  }

  async #loadProfiles() {
    const profiles = await callJson('/v1/profiles').catch(() => []);
    this.profile.append(...profiles.map((/** @type {{name: string}} */ one) => h('option', { value: one.name }, one.name)));
  }
}

/** @param {string} name */
function stem(name) {
  return name.replace(/\.[^.]*$/, '');
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof ApiError ? error.message : t('state.offline');
}
