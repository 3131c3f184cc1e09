/**
 * @typedef {string | number | Node | null | undefined | false} Child
 * @typedef {Record<string, unknown>} Properties
 */

/**
 * Return a new element. Keys that begin with "on" are listeners, `class` is the class, other keys are properties of the
 * element where it has them, else attributes; null, undefined and false attributes are left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) setProperty(element, key, value);
  element.append(...nodes(children));
  return element;
}

/** @param {HTMLElement} element @param {string} key @param {unknown} value */
function setProperty(element, key, value) {
  if (key.startsWith('on') && typeof value === 'function') {
    element.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
  } else if (key === 'class') {
    element.className = String(value ?? '');
  } else if (key in element && !key.startsWith('aria') && key !== 'role' && key !== 'list') {
    if (value !== undefined && value !== null) /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (element))[key] = value;
  } else if (value !== null && value !== undefined && value !== false) {
    element.setAttribute(key, value === true ? '' : String(value));
  }
}

/** @param {(Child | Child[])[]} children @returns {(string | Node)[]} */
function nodes(children) {
  return children.flat().flatMap((child) => {
    if (child === null || child === undefined || child === false) return [];
    return [typeof child === 'number' ? String(child) : child];
  });
}

/** Replace the children of an element. @param {Element} element @param {...(Child | Child[])} children */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
}

const SHAPES = /** @type {Record<string, string>} */ ({
  play: 'M7 4.5v15l12.5-7.5z', pause: 'M7 5h3.6v14H7zM13.4 5H17v14h-3.6z',
  back: 'M15 5l-7 7 7 7', next: 'M9 5l7 7-7 7', up: 'M5 15l7-7 7 7', down: 'M5 9l7 7 7-7',
  frameBack: 'M17 6l-7 6 7 6M7 6v12', frameNext: 'M7 6l7 6-7 6M17 6v12',
  loop: 'M17 3l3 3-3 3M20 6H9a5 5 0 0 0-5 5M7 21l-3-3 3-3M4 18h11a5 5 0 0 0 5-5',
  undo: 'M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3', redo: 'M16 5l4 4-4 4M20 9H10a6 6 0 0 0 0 12h3',
  find: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20',
  check: 'M5 12.5l4.5 4.5L19 7', close: 'M6 6l12 12M18 6L6 18', more: 'M5 12h.01M12 12h.01M19 12h.01',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3', warning: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  plus: 'M12 5v14M5 12h14', minus: 'M5 12h14', download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  split: 'M12 3v18M8 8l-4 4 4 4M16 8l4 4-4 4', merge: 'M12 3v18M3 12h6M7 9l3 3-3 3M21 12h-6M17 9l-3 3 3 3',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13', tools: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 4.5v5M8 14.5v5',
  full: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5', eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  help: 'M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 2M12 17.5h.01', upload: 'M12 20V9M7 13l5-5 5 5M5 4h14',
  share: 'M9 12h6M10 8H8a4 4 0 0 0 0 8h2M14 8h2a4 4 0 0 1 0 8h-2', film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 12h16',
  speed: 'M5 18a8 8 0 1 1 14 0M12 15l4-6', review: 'M4 6h10M4 12h7M4 18h7M14 15l3 3 5-6',
  settings: 'M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1',
});

/** Return an icon, hidden from screen readers. @param {string} name @returns {SVGSVGElement} */
export function icon(name) {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon', `icon-${name}`);
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', SHAPES[name] ?? '');
  svg.append(path);
  return svg;
}

/**
 * Return a button with an icon. Its label is read by screen readers and shown as a tooltip.
 * @param {string} shape @param {string} label @param {() => void} onclick @param {Properties} [more]
 * @returns {HTMLButtonElement}
 */
export function iconButton(shape, label, onclick, more = {}) {
  return h('button', { type: 'button', class: 'icon-button', title: label, 'aria-label': label, onclick, ...more }, icon(shape));
}

/**
 * Show a message for a while. @param {string} text @param {{label: string, run: () => void}[]} [actions]
 * @param {{error?: boolean}} [options]
 */
export function toast(text, actions = [], options = {}) {
  const place = /** @type {HTMLElement} */ (document.getElementById('toasts'));
  const box = h('div', { class: options.error ? 'toast error' : 'toast' }, h('span', {}, text));
  for (const action of actions) {
    box.append(h('button', { type: 'button', onclick: () => { action.run(); box.remove(); } }, action.label));
  }
  box.append(iconButton('close', '×', () => box.remove()));
  place.append(box);
  while (place.children.length > 3) place.firstElementChild?.remove();
  setTimeout(() => box.remove(), actions.length || options.error ? 12000 : 4000);
}

/**
 * Open a modal dialog; it is removed when it closes. @param {string} title @param {Child[]} content
 * @param {Properties} [properties] @returns {HTMLDialogElement}
 */
export function openDialog(title, content, properties = {}) {
  const close = iconButton('close', '✕', () => dialog.close(), { class: 'icon-button dialog-close' });
  const dialog = h('dialog', { 'aria-label': title, ...properties }, h('header', {}, h('h2', {}, title), close), content);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
