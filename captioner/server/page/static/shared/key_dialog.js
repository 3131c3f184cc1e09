import { h } from './dom.js';
import { t } from './language.js';

/** Ask for the key of the server. @param {boolean} wrong whether the last one was wrong @returns {Promise<string | null>} */
export function askKey(wrong) {
  return new Promise((resolve) => {
    const field = h('input', { type: 'password', id: 'key', autocomplete: 'current-password', required: true });
    const form = h(
      'form',
      { method: 'dialog', onsubmit: () => resolve(field.value.trim()) },
      h('h2', {}, t('key.title')),
      h('p', {}, t('key.text')),
      wrong && h('p', { class: 'error-text', role: 'alert' }, t('key.wrong')),
      h('label', { htmlFor: 'key' }, t('key.label')),
      field,
      h('menu', {}, h('button', { class: 'primary' }, t('key.open'))),
    );
    const dialog = h('dialog', { 'aria-label': t('key.title') }, form);
    dialog.addEventListener('close', () => { resolve(null); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
