/** @import {Cue, Rules} from '../shared/types.js' */
import { characterColumns, columns } from '../shared/text_units.js';

/**
 * @typedef {{rule: string, level: 'error' | 'warning', measured: number, allowed: number}} Finding
 *   A breach of a rule by a cue. The names of rules are those of `captioner lint`.
 */

const TOLERANCE = 0.001001;

/**
 * Return the breaches of a cue beside its neighbours, the most serious first.
 * @param {Cue} cue @param {Cue | undefined} before @param {Rules} rules @returns {Finding[]}
 */
export function findingsOf(cue, before, rules) {
  const findings = [...gapFindings(cue, before, rules), ...durationFindings(cue, rules), ...textFindings(cue, rules)];
  return findings.sort((one, other) => Number(one.level === 'warning') - Number(other.level === 'warning'));
}

/** Return the reading speed in characters a second. @param {Cue} cue @param {Rules} rules */
export function readingSpeed(cue, rules) {
  const duration = cue.end - cue.start;
  return duration > 0 ? characters(cue.text, rules) / duration : Infinity;
}

/** @param {Cue} cue @param {Cue | undefined} before @param {Rules} rules @returns {Finding[]} */
function gapFindings(cue, before, rules) {
  if (!before) return [];
  const gap = cue.start - before.end;
  if (gap < -0.0005) return [finding('overlap', gap, 0)];
  if (gap < rules.gap - TOLERANCE) return [finding('short-gap', Math.max(0, gap), rules.gap)];
  const closes = gap > rules.gap + TOLERANCE && gap < rules.chain - TOLERANCE;
  const fits = cue.start - rules.gap - before.start <= rules.maximum_duration;
  return closes && fits ? [finding('chain-gap', gap, rules.gap, 'warning')] : [];
}

/** @param {Cue} cue @param {Rules} rules @returns {Finding[]} */
function durationFindings(cue, rules) {
  const duration = cue.end - cue.start;
  const found = [];
  if (duration < rules.minimum_duration - TOLERANCE) found.push(finding('too-short', duration, rules.minimum_duration));
  if (duration > rules.maximum_duration + TOLERANCE) found.push(finding('too-long', duration, rules.maximum_duration));
  const allowed = rules.wpm ?? rules.cps;
  const time = rules.wpm ? (words(cue.text) * 60) / rules.wpm : characters(cue.text, rules) / rules.cps;
  if (time > duration + TOLERANCE) found.push(finding('reading-speed', duration > 0 ? (allowed * time) / duration : Infinity, allowed));
  return found;
}

/** @param {Cue} cue @param {Rules} rules @returns {Finding[]} */
function textFindings(cue, rules) {
  if (!cue.text.trim()) return [finding('blank', 0, 1)];
  const lines = cue.text.split('\n');
  const widest = Math.max(...lines.map((line) => columns(line, rules.wide_punctuation)));
  const found = [];
  if (widest > rules.width) found.push(finding('line-width', widest, rules.width));
  if (lines.length > rules.lines) found.push(finding('line-count', lines.length, rules.lines));
  if (lines.some((line) => !line.trim())) found.push(finding('blank', 0, 1));
  if (lines.some((line) => line.trim() && line !== line.trim())) found.push(finding('edge-space', 0, 0, 'warning'));
  return found;
}

/** @param {string} rule @param {number} measured @param {number} allowed @param {'error' | 'warning'} [level] @returns {Finding} */
function finding(rule, measured, allowed, level = 'error') {
  return { rule, level, measured, allowed };
}

/** @param {string} text */
function words(text) {
  return text.split(/\s+/).filter(Boolean).length;
}

/** @param {string} text @param {Rules} rules */
function characters(text, rules) {
  const narrow = rules.narrow ?? 1;
  let sum = 0;
  for (const character of text) {
    if (character === '\n') continue;
    const width = characterColumns(character, rules.wide_punctuation);
    sum += width === 0 ? 0 : width === 1 ? narrow : 1;
  }
  return sum;
}
