/** @import {Command} from './commands.js' */
/** @import {Editor} from './editor_view.js' */
import { setSetting, setting } from '../shared/settings.js';
import { COMMANDS } from './commands.js';
import { keyName } from './key_names.js';

/** @typedef {'list' | 'text'} KeyContext */

/** Keys that the person changed: context and command to key; an empty key is none. @type {Record<string, string>} */
let changed = setting('keys', {});

/** Return the keys of a command. @param {Command} command @param {KeyContext} context @returns {readonly string[]} */
export function keysOf(command, context) {
  const own = changed[`${context}:${command.id}`];
  if (own !== undefined) return own ? [own] : [];
  return command[context] ?? [];
}

/** Give a command another key; null for its own. @param {Command} command @param {KeyContext} context @param {string | null} key */
export function changeKey(command, context, key) {
  const name = `${context}:${command.id}`;
  changed = { ...changed };
  if (key === null) delete changed[name];
  else changed[name] = key;
  setSetting('keys', changed);
}

/** Return the command of a key. @param {string} key @param {KeyContext} context @returns {Command | undefined} */
export function commandOf(key, context) {
  return COMMANDS.find((command) => keysOf(command, context).includes(key));
}

/** Forget all changed keys. */
export function resetKeys() {
  changed = {};
  setSetting('keys', changed);
}

/** Whether single letters are commands while the list has the focus. */
export function lettersOn() {
  return setting('letters', true);
}

/**
 * Run the command of a key press, if there is one. @param {KeyboardEvent} event @param {KeyContext} context
 * @param {Editor} editor @returns {boolean} whether there was
 */
export function handleKey(event, context, editor) {
  const key = keyName(event);
  if (!key || (context === 'list' && key.length === 1 && !lettersOn())) return false;
  const command = commandOf(key, context);
  if (!command || (command.edits && editor.store.readOnly)) return false;
  if (command.run(editor) === false) return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}
