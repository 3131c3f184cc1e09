/** @import {Command} from './commands.js' */
/** @import {KeyContext} from './shortcuts.js' */
import { fill, h, openDialog } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { setSetting } from '../shared/settings.js';
import { COMMANDS, GROUPS } from './commands.js';
import { keyName, shownKey } from './key_names.js';
import { changeKey, commandOf, keysOf, lettersOn, resetKeys } from './shortcuts.js';

/** Show all commands with their keys, which can be changed there. */
export function showShortcuts() {
  const body = h('div', { class: 'shortcut-groups' });
  const status = h('p', { class: 'faint', role: 'status' }, t('help.change'));
  const draw = () => fill(body, GROUPS.map((group) => groupTable(group, draw, status)));
  const letters = h('input', { type: 'checkbox', id: 'letters', checked: lettersOn(), onchange: () => setSetting('letters', letters.checked) });
  draw();
  openDialog(t('help.title'), [
    status, body,
    h('div', { class: 'dialog-line' }, letters, h('label', { htmlFor: 'letters' }, t('help.letters')), h('span', { class: 'grow' }), h('button', { type: 'button', onclick: () => { resetKeys(); draw(); } }, t('help.reset'))),
  ], { class: 'wide' });
}

/** @param {typeof GROUPS[number]} group @param {() => void} draw @param {HTMLElement} status */
function groupTable(group, draw, status) {
  const commands = COMMANDS.filter((command) => command.group === group);
  return h(
    'table', { class: 'shortcuts' },
    h('caption', {}, t(`group.${group}`)),
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('help.command')), h('th', { scope: 'col' }, t('help.list')), h('th', { scope: 'col' }, t('help.text')))),
    h('tbody', {}, commands.map((command) => h('tr', {}, h('th', { scope: 'row' }, t(command.label)), h('td', {}, keyButton(command, 'list', draw, status)), h('td', {}, keyButton(command, 'text', draw, status))))),
  );
}

/** @param {Command} command @param {KeyContext} context @param {() => void} draw @param {HTMLElement} status */
function keyButton(command, context, draw, status) {
  const keys = keysOf(command, context);
  const label = keys.length ? keys.flatMap((key) => [h('kbd', {}, shownKey(key)), ' ']) : [h('span', { class: 'faint' }, '–')];
  const button = h('button', { type: 'button', class: 'key-button' }, h('span', { class: 'unseen' }, `${t(command.label)}: `), label);
  button.addEventListener('click', () => {
    fill(button, t('help.press'));
    button.addEventListener('keydown', (event) => {
      const key = keyName(event);
      if (!key || key === 'Tab') return;
      event.preventDefault();
      event.stopPropagation();
      const other = key === 'Esc' ? undefined : commandOf(key, context);
      if (other && other !== command) changeKey(other, context, '');
      if (key !== 'Esc') changeKey(command, context, key);
      status.textContent = other && other !== command ? t('help.taken', { command: t(other.label) }) : t('help.change');
      draw();
    });
  });
  return button;
}
