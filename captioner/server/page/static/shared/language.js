import { ENGLISH } from '../strings/english.js';
import { CHINESE } from '../strings/chinese.js';
import { setting } from './settings.js';

/** @typedef {keyof typeof ENGLISH} TextKey */

const asked = setting('language', '');

/** The language of the interface: `en` or `zh`. */
export const language = asked || (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');

const table = /** @type {Record<string, string>} */ (language === 'zh' ? CHINESE : ENGLISH);

/**
 * Return a text of the interface; `{name}` in it is replaced by the value of that name.
 * @param {TextKey} key @param {Record<string, string | number>} [values] @returns {string}
 */
export function t(key, values = {}) {
  const text = table[key] ?? ENGLISH[key];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/** Return a text whose key is computed; the key itself if there is none. @param {string} key @returns {string} */
export function textOr(key) {
  return table[key] ?? /** @type {Record<string, string>} */ (ENGLISH)[key] ?? key;
}

const languageNames = new Intl.DisplayNames([language], { type: 'language' });

/** Return the name of a language. @param {string} tag */
export function languageName(tag) {
  try {
    return languageNames.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
