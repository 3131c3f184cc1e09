/** @import {DocumentJson, Job, Session} from './shared/types.js' */
import { Editor } from './editor/editor_view.js';
import { showRefused } from './editor/dialogs.js';
import { JobsView } from './jobs/jobs_view.js';
import { RunningView } from './jobs/running_view.js';
import { ApiError, callJson, openShared, session } from './shared/api.js';
import { fill, h } from './shared/dom.js';
import { language, t } from './shared/language.js';
import { showTheme } from './shared/theme.js';
import { sendLeftBatches } from './storage/adoption.js';

/** @typedef {{element: HTMLElement, close: () => void}} View */

const place = /** @type {HTMLElement} */ (document.getElementById('app'));

/** @type {View | null} */
let view = null;

/** Counts the changes of address, so that an answer for an earlier one is not shown. */
let turn = 0;

document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
showTheme();
window.addEventListener('hashchange', () => void navigate());
void navigate();

/** Show what the address names: `#/` or `#/job/ID`. */
async function navigate() {
  turn += 1;
  const mine = turn;
  const [path = '', query = ''] = location.hash.slice(1).split('?');
  const id = /^\/job\/([\w-]+)$/.exec(path)?.[1];
  try {
    const token = new URLSearchParams(query).get('share');
    if (token) await openShared(token);
    const rights = await session();
    const next = id ? await jobView(id, rights, mine) : new JobsView(rights);
    if (next && mine === turn) show(next, id ? null : 'captioner');
    else next?.close();
  } catch (error) {
    if (mine === turn) show(failure(error), 'captioner');
  }
}

/** @param {string} id @param {Session} rights @param {number} mine @returns {Promise<View | null>} */
async function jobView(id, rights, mine) {
  /** @type {Job} */
  const job = await callJson(`/v1/jobs/${id}`);
  if (job.state === 'waiting' || job.state === 'running') return new RunningView(job, () => { if (mine === turn) void navigate(); });
  if (job.state === 'failed' || job.state === 'cancelled') return failure(new Error(job.error ?? t(`state.${job.state}`)), job.name);
  const refused = rights.read_only ? [] : await sendLeftBatches(id);
  /** @type {DocumentJson} */
  const json = await callJson(`/v1/jobs/${id}/document`);
  if (mine !== turn) return null;
  const editor = new Editor(job, json, rights);
  document.title = job.name;
  queueMicrotask(() => editor.start());
  if (refused.length) showRefused(refused, '');
  return editor;
}

/** @param {View} next @param {string | null} title */
function show(next, title) {
  view?.close();
  view = next;
  if (title) document.title = title;
  fill(place, next.element);
}

/** @param {unknown} error @param {string} [name] @returns {View} */
function failure(error, name) {
  const text = error instanceof ApiError || name ? /** @type {Error} */ (error).message : t('state.offline');
  if (!(error instanceof ApiError) && !name) console.error(error);
  const again = h('button', { type: 'button', onclick: () => void navigate() }, t('again'));
  const element = h('main', { class: 'failure' }, h('h1', {}, name ?? 'captioner'), h('p', { role: 'alert' }, text), h('p', {}, h('a', { href: '#/', class: 'button' }, t('nav.jobs')), ' ', again));
  return { element, close: () => {} };
}
