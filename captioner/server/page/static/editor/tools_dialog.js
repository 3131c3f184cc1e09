/** @import {Editor} from './editor_view.js' */
/** @import {TextKey} from '../shared/language.js' */
import { ApiError, callJson } from '../shared/api.js';
import { secondsOf } from '../shared/clock.js';
import { fill, h, openDialog, toast } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { setting } from '../shared/settings.js';

/**
 * @typedef {{name: string, label: TextKey, about: TextKey, fields: Field[], stretch?: boolean, scopes?: readonly Scope[]}} Tool
 * @typedef {'all' | 'chosen' | 'after'} Scope
 * @typedef {{name: string, label: TextKey, kind: 'seconds' | 'number' | 'profile' | 'check', value?: string | boolean}} Field
 */

/** Operations on many cues, which the server does. @type {readonly Tool[]} */
const TOOLS = [
  { name: 'shift', label: 'tool.shift', about: 'tool.shift.about', scopes: ['all', 'after'], fields: [{ name: 'seconds', label: 'tool.seconds', kind: 'seconds', value: '0.5' }] },
  { name: 'stretch', label: 'tool.stretch', about: 'tool.stretch.about', scopes: ['all'], fields: [{ name: 'factor', label: 'tool.factor', kind: 'number', value: '1.001' }] },
  { name: 'rebreak', label: 'tool.rebreak', about: 'tool.rebreak.about', fields: [{ name: 'profile', label: 'tool.profile', kind: 'profile' }] },
  { name: 'fix', label: 'tool.fix', about: 'tool.fix.about', fields: [] },
  { name: 'retime', label: 'tool.retime', about: 'tool.retime.about', fields: [{ name: 'move_edges', label: 'tool.moveEdges', kind: 'check', value: true }] },
  { name: 'recognise', label: 'tool.recognise', about: 'tool.recognise.about', fields: [], stretch: true },
];

/** Show the operations on many cues. @param {Editor} editor @param {string} [first] the name of the one that is chosen */
export async function openTools(editor, first = 'shift') {
  const { profiles, known } = await available();
  const tools = TOOLS.filter((tool) => !known.size || known.has(tool.name));
  const form = h('form', { class: 'tool-form', onsubmit: (/** @type {Event} */ event) => event.preventDefault() });
  const tabs = h('div', { class: 'tool-tabs', role: 'tablist', 'aria-label': t('tools.title') });
  /** @param {Tool} tool */
  const choose = (tool) => {
    for (const tab of tabs.children) tab.setAttribute('aria-selected', String(tab.id === `tool-${tool.name}`));
    showTool(editor, tool, form, profiles, dialog);
  };
  for (const tool of tools) {
    tabs.append(h('button', { type: 'button', role: 'tab', id: `tool-${tool.name}`, 'aria-controls': 'tool-panel', onclick: () => choose(tool) }, t(tool.label)));
  }
  const dialog = openDialog(t('tools.title'), [tabs, h('div', { role: 'tabpanel', id: 'tool-panel', 'aria-label': t('tools.title') }, form)], { class: 'wide' });
  const chosen = tools.find((tool) => tool.name === first) ?? tools[0];
  if (chosen) choose(chosen);
  else fill(form, h('p', {}, t('tools.none')));
}

/** @returns {Promise<{profiles: string[], known: Set<string>}>} */
async function available() {
  const [profiles, transforms] = await Promise.all([callJson('/v1/profiles'), callJson('/v1/transforms').catch(() => [])]);
  const names = Array.isArray(transforms) ? transforms.map((/** @type {any} */ one) => (typeof one === 'string' ? one : one.name)) : Object.keys(transforms);
  return { profiles: profiles.map((/** @type {{name: string}} */ one) => one.name), known: new Set(names) };
}

/** @param {Editor} editor @param {Tool} tool @param {HTMLFormElement} form @param {string[]} profiles @param {HTMLDialogElement} dialog */
function showTool(editor, tool, form, profiles, dialog) {
  const scope = tool.stretch ? null : scopeBox(editor, tool.scopes ?? ['all', 'chosen', 'after']);
  const inputs = tool.fields.map((field) => ({ field, input: inputOf(field, profiles, editor.store.profile) }));
  const result = h('p', { role: 'status', class: 'tool-result' });
  const run = async (/** @type {boolean} */ preview) => {
    /** @type {Record<string, unknown>} */
    const options = Object.fromEntries(inputs.map(({ field, input }) => [field.name, valueOf(field, input)]));
    const shiftsRest = tool.name === 'shift' && scope?.value === 'after';
    if (shiftsRest) options['cue'] = Math.max(0, editor.store.view.indexOf(editor.state.currentId)) + 1;
    const cues = scope && !shiftsRest ? chosenCues(editor, scope.value) : null;
    const stretch = tool.stretch ? stretchOf(editor) : null;
    if (tool.stretch && !stretch) {
      result.textContent = t('tools.noStretch');
      return;
    }
    result.textContent = t('tools.working');
    try {
      const answer = await editor.transform(shiftsRest ? 'shift-from' : tool.name, stretch ? { ...options, ...stretch } : options, cues, preview);
      if (preview) result.textContent = t('tools.preview', { count: answer.changed, locked: answer.skipped_locked ?? 0 });
      else dialog.close();
      if (!preview) toast(t('tools.done', { tool: t(tool.label), count: answer.changed }), [{ label: t('command.undo'), run: () => editor.undo() }]);
    } catch (error) {
      result.textContent = error instanceof ApiError ? error.message : t('state.offline');
    }
  };
  fill(
    form, h('p', { class: 'faint' }, t(tool.about)),
    inputs.map(({ field, input }) => h('div', { class: 'field' }, h('label', { htmlFor: input.id }, t(field.label)), input)),
    scope && h('div', { class: 'field' }, h('label', { htmlFor: scope.id }, t('tools.scope')), scope),
    h('div', { class: 'dialog-line' }, result, h('span', { class: 'grow' }), h('button', { type: 'button', onclick: () => void run(true) }, t('tools.count')), h('button', { type: 'submit', class: 'primary', onclick: () => void run(false) }, t('tools.apply'))),
  );
}

/** @param {Editor} editor @param {readonly Scope[]} scopes */
function scopeBox(editor, scopes) {
  const several = editor.state.selected.size > 1;
  const labels = { all: t('tools.all'), chosen: t('tools.chosen', { count: editor.state.chosen().length }), after: t('tools.after') };
  return h('select', { id: 'tool-scope' }, scopes.map((scope) => h('option', { value: scope, selected: several && scope === 'chosen' }, labels[scope])));
}

/** @param {Editor} editor @param {string} scope @returns {string[] | null} */
function chosenCues(editor, scope) {
  if (scope === 'chosen') return editor.state.chosen();
  if (scope === 'after') return editor.store.cues.slice(Math.max(0, editor.store.view.indexOf(editor.state.currentId))).map((cue) => cue.id);
  return null;
}

/** @param {Editor} editor @returns {Record<string, unknown> | null} the marked stretch, or that of the chosen cues */
function stretchOf(editor) {
  const cues = editor.state.chosen().flatMap((id) => editor.store.view.get(id) ?? []);
  const range = editor.waveform.range ?? (cues.length ? [Math.min(...cues.map((cue) => cue.start)), Math.max(...cues.map((cue) => cue.end))] : null);
  return range && { start: range[0], end: range[1], language: editor.store.language, hotwords: setting('hotwords', []) };
}

/** @param {Field} field @param {string[]} profiles @param {string} current @returns {HTMLInputElement | HTMLSelectElement} */
function inputOf(field, profiles, current) {
  const id = `tool-${field.name}`;
  if (field.kind === 'profile') return h('select', { id }, profiles.map((name) => h('option', { value: name, selected: name === current }, name)));
  if (field.kind === 'check') return h('input', { type: 'checkbox', id, checked: field.value === true });
  return h('input', { type: 'text', id, inputMode: 'decimal', value: String(field.value ?? '') });
}

/** @param {Field} field @param {HTMLInputElement | HTMLSelectElement} input @returns {unknown} */
function valueOf(field, input) {
  if (field.kind === 'profile') return input.value;
  if (field.kind === 'check') return /** @type {HTMLInputElement} */ (input).checked;
  const negative = input.value.trim().startsWith('-');
  const value = secondsOf(input.value.trim().replace(/^[-+−]/, '')) ?? 0;
  return negative || input.value.trim().startsWith('−') ? -value : value;
}
