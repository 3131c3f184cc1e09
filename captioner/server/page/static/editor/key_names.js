/** Names of key presses such as "Mod+Shift+Z". Mod is Ctrl, on a Mac Cmd. */

export const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES = /** @type {Record<string, string>} */ ({
  ' ': 'Space', ArrowLeft: 'Left', ArrowRight: 'Right', ArrowUp: 'Up', ArrowDown: 'Down', Escape: 'Esc',
});

/**
 * Return the name of a key press; empty for a modifier alone and while an input method composes.
 * Keys with Alt are known by their place, since Alt types other characters on some keyboards.
 * @param {KeyboardEvent} event @returns {string}
 */
export function keyName(event) {
  if (event.isComposing || ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Process', 'Dead'].includes(event.key) && !event.altKey) return '';
  if (event.getModifierState('AltGraph')) return '';
  const mod = IS_MAC ? event.metaKey : event.ctrlKey;
  const key = event.altKey ? placeName(event) : (NAMES[event.key] ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key));
  if (!key) return '';
  const isSymbol = !event.altKey && event.key.length === 1 && event.key.toUpperCase() === event.key.toLowerCase() && event.key !== ' ';
  const parts = [mod && 'Mod', event.altKey && 'Alt', event.shiftKey && !isSymbol && 'Shift', key];
  return parts.filter(Boolean).join('+');
}

/** @param {KeyboardEvent} event @returns {string} */
function placeName(event) {
  const { code } = event;
  if (code.startsWith('Key')) return code.slice(3);
  if (code.startsWith('Digit')) return code.slice(5);
  const symbols = /** @type {Record<string, string>} */ ({ Minus: '-', Equal: '=', Comma: ',', Period: '.', Slash: '/', Space: 'Space' });
  if (['Alt', 'Control', 'Shift', 'Meta'].some((name) => code.startsWith(name))) return '';
  return symbols[code] ?? NAMES[event.key] ?? event.key;
}

/** Return a key as people write it on this system. @param {string} name */
export function shownKey(name) {
  return name
    .replace('Mod', IS_MAC ? '⌘' : 'Ctrl')
    .replace('Alt', IS_MAC ? '⌥' : 'Alt')
    .replace(/\bLeft\b/, '←').replace(/\bRight\b/, '→').replace(/\bUp\b/, '↑').replace(/\bDown\b/, '↓');
}
