/** Settings of this browser, in local storage; a browser that forbids it has the defaults. */

const PREFIX = 'captioner-';

/**
 * Return a setting. @template Value @param {string} name @param {Value} fallback @returns {Value}
 */
export function setting(name, fallback) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

/** Store a setting. @param {string} name @param {unknown} value */
export function setSetting(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Forbidden, or full: the setting lasts as long as the page.
  }
}
