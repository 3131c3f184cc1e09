/** @import {Finding} from '../document/lint.js' */
import { doubtParts } from '../document/doubts.js';
import { t, textOr } from '../shared/language.js';

/** Return a finding as a sentence. @param {Finding} finding */
export function findingText({ rule, measured, allowed }) {
  const values = { measured: shortNumber(measured), allowed: shortNumber(allowed) };
  return t(/** @type {import('../shared/language.js').TextKey} */ (`lint.${rule}`), values);
}

/** Return a finding in a word or two, for a row of the list. @param {Finding} finding */
export function findingLabel({ rule, measured }) {
  return t(/** @type {import('../shared/language.js').TextKey} */ (`lint.${rule}.short`), { measured: shortNumber(measured) });
}

/** Return a doubt as a sentence. @param {string} doubt */
export function doubtText(doubt) {
  const [code, detail] = doubtParts(doubt);
  const key = `doubt.${code}`;
  const text = textOr(key);
  return text === key ? doubt : text.replace('{detail}', detail);
}

/** @param {number} value */
export function shortNumber(value) {
  if (!Number.isFinite(value)) return '∞';
  return Math.abs(value) >= 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value * 100) / 100);
}
