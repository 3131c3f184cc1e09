/** Cues for tests. */

import { textWords } from '../../../../captioner/server/page/static/shared/text_units.js';

export const RULES = {
  width: 42, lines: 2, cps: 20, wpm: null, minimum_duration: 5 / 6, maximum_duration: 7, gap: 2 / 24, chain: 0.5, narrow: 1, wide_punctuation: false,
};

/** Return a cue of two seconds, its words with even times. */
export function cue(id, start, text, withWords = true) {
  const texts = withWords ? textWords(text) : [];
  const share = 2 / Math.max(1, texts.length);
  const words = texts.map((word, index) => ({
    id: `${id}${index}`, start: round(start + index * share), end: round(start + (index + 0.8) * share), text: word, confidence: 0.9, source: 'asr',
  }));
  return { id, start, end: start + 2, text, speaker: null, locked: false, words, doubts: [], styles: [], position: null };
}

function round(seconds) {
  return Math.round(seconds * 1e6) / 1e6;
}
