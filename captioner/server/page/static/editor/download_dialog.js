/** @import {Editor} from './editor_view.js' */
/** @import {Job} from '../shared/types.js' */
import { ApiError, call, callJson } from '../shared/api.js';
import { fill, h, openDialog, toast } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { progressText } from '../jobs/progress_text.js';

/** The formats that most people want, in their order. */
const COMMON = ['srt', 'vtt', 'txt', 'ttml', 'ass', 'json'];

/** Show all ways to take the captions away. @param {Editor} editor */
export function openDownloads(editor) {
  const { job } = editor;
  const others = job.results.filter((name) => !COMMON.includes(name));
  const more = h('select', { id: 'other-format' }, others.map((name) => h('option', { value: name }, name)));
  const wordTimes = h('input', { type: 'checkbox', id: 'word-times' });
  const get = (/** @type {string} */ format) => void download(editor, format, wordTimes.checked);
  const status = h('div', { class: 'encode-status', role: 'status' });
  openDialog(t('download.title'), [
    h('div', { class: 'format-grid' }, COMMON.filter((name) => !job.results.length || job.results.includes(name)).map((name) => h('button', { type: 'button', onclick: () => get(name) }, h('strong', {}, name.toUpperCase()), h('span', { class: 'faint' }, t(/** @type {import('../shared/language.js').TextKey} */ (`format.${name}`)))))),
    others.length > 0 && h('div', { class: 'dialog-line' }, h('label', { htmlFor: 'other-format' }, t('download.other')), more, h('button', { type: 'button', onclick: () => get(more.value) }, t('download.get'))),
    h('div', { class: 'dialog-line' }, wordTimes, h('label', { htmlFor: 'word-times' }, t('download.wordTimes'))),
    h('hr'),
    h(
      'div', { class: 'dialog-line' },
      h('button', { type: 'button', onclick: () => void copyText(editor) }, t('download.copy')),
      job.has_video && !editor.store.readOnly && h('button', { type: 'button', onclick: () => void encode(editor, 'burn', status) }, t('download.burn')),
      job.has_video && !editor.store.readOnly && h('button', { type: 'button', onclick: () => void encode(editor, 'mux', status) }, t('download.mux')),
      editor.session.keys && !editor.store.readOnly && h('button', { type: 'button', onclick: () => void share(editor) }, t('download.share')),
    ),
    status,
  ]);
}

/** @param {Editor} editor @param {string} format @param {boolean} wordTimes */
async function download(editor, format, wordTimes) {
  if (!(await editor.outbox.flush())) toast(t('download.unsaved'), [], { error: true });
  try {
    const response = await call(`/v1/jobs/${editor.job.id}/results/${format}${wordTimes ? '?word_times=1' : ''}`);
    const name = nameOf(response.headers.get('Content-Disposition')) ?? `captions.${format}`;
    const address = URL.createObjectURL(await response.blob());
    const link = h('a', { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  } catch (error) {
    toast(error instanceof ApiError ? error.message : t('state.offline'), [], { error: true });
  }
}

/** @param {string | null} disposition @returns {string | null} */
function nameOf(disposition) {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1];
  if (encoded) return decodeURIComponent(encoded);
  return /filename="([^"]+)"/.exec(disposition ?? '')?.[1] ?? null;
}

/** @param {Editor} editor */
async function copyText(editor) {
  const text = editor.store.cues.map((cue) => cue.text.replaceAll('\n', ' ').trim()).filter(Boolean).join('\n');
  await copy(text);
  toast(t('download.copied'));
}

/** Copy a text, also where the page has no secure context. @param {string} text */
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = h('textarea', { value: text });
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** @param {Editor} editor */
async function share(editor) {
  try {
    const { token } = await callJson(`/v1/jobs/${editor.job.id}/share`, { method: 'POST' });
    await copy(`${location.origin}/#/job/${editor.job.id}?share=${token}`);
    toast(t('download.shared'));
  } catch (error) {
    toast(error instanceof ApiError ? error.message : t('state.offline'), [], { error: true });
  }
}

/** Burn the captions in, or add them as a track, and show how far it is. @param {Editor} editor @param {'burn' | 'mux'} kind @param {HTMLElement} status */
async function encode(editor, kind, status) {
  await editor.outbox.flush();
  try {
    /** @type {Job} */
    let job = await callJson('/v1/jobs', { method: 'POST', json: { kind, from: editor.job.id } });
    const bar = h('progress', { max: 1, 'aria-label': t(`download.${kind}`) });
    const text = h('span', { class: 'faint' });
    fill(status, h('div', { class: 'dialog-line' }, bar, text));
    while (job.state === 'waiting' || job.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 700));
      job = await callJson(`/v1/jobs/${job.id}`);
      if (job.progress.duration) bar.value = job.progress.done / job.progress.duration;
      text.textContent = progressText(job);
    }
    if (job.state === 'done' || job.state === 'lost') fill(status, h('a', { class: 'button primary', href: `/v1/jobs/${job.id}/video`, download: job.name }, t('download.video')));
    else fill(status, h('p', { class: 'error-text' }, job.error ?? t('state.failed')));
  } catch (error) {
    fill(status, h('p', { class: 'error-text' }, error instanceof ApiError ? error.message : t('state.offline')));
  }
}
