import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtedRanges, reviewItems } from '../../../../captioner/server/page/static/document/doubts.js';
import { correctedWord, matchesOf, replaceAll } from '../../../../captioner/server/page/static/document/search.js';
import { UndoStack } from '../../../../captioner/server/page/static/document/undo_stack.js';
import { differences, editedWords } from '../../../../captioner/server/page/static/document/word_times.js';
import { clock, frameRateOf, secondsOf } from '../../../../captioner/server/page/static/shared/clock.js';
import { codePointsBefore, columns, textWords, unitsAfter } from '../../../../captioner/server/page/static/shared/text_units.js';
import { snapped } from '../../../../captioner/server/page/static/waveform/snapping.js';
import { cue, RULES } from './cues.mjs';

test('times are written and read', () => {
  assert.deepEqual([0, 9.9996, 61.05, 3723.4].map((time) => clock(time)), ['0:00.000', '0:10.000', '1:01.050', '1:02:03.400']);
  assert.equal(clock(59.96, 1), '1:00.0');
  for (const time of [0, 9.5, 61.05, 3723.456]) assert.equal(secondsOf(clock(time)), time);
  assert.equal(secondsOf('1:02,5'), 62.5);
  assert.deepEqual(['', 'x', '1:2:3:4', '-1'].map(secondsOf), [null, null, null, null]);
  assert.equal(frameRateOf('30000/1001'), 30000 / 1001);
  assert.equal(frameRateOf(null), null);
});

test('offsets count code points on the server and UTF-16 units in the page', () => {
  const text = 'a👍b';
  assert.equal(codePointsBefore(text, 3), 2);
  assert.equal(unitsAfter(text, 2), 3);
});

test('words are found in every script, and spell the text', () => {
  for (const text of ['one two\nthree', ' lead and end ', '早上好，世界。', 'mixed 中文 text', 'שלום עולם']) {
    assert.equal(textWords(text).join(''), text);
  }
  assert.deepEqual(textWords('one two\nthree'), ['one', ' two', '\nthree']);
  assert.ok(textWords('早上好，世界。').length > 1);
  assert.equal(columns('早a👩‍👩‍👧'.slice(0, 2)), 3);
});

test('words that stay keep their times, new ones get some', () => {
  const before = cue('a', 1, 'the quick brown fox');
  const words = editedWords(before, 'The quick red and brown fox!');
  assert.equal(words.map((word) => word.text).join(''), 'The quick red and brown fox!');
  assert.deepEqual([words[0].id, words[1].id, words[4].id, words[5].id], before.words.map((word) => word.id));
  for (const [index, word] of words.entries()) {
    assert.ok(word.start < word.end);
    assert.ok(index === 0 || words[index - 1].end <= word.start);
  }
  assert.deepEqual(differences(['a', 'b', 'c'], ['a', 'x', 'c']), [
    { first: 0, last: 1, newFirst: 0, newLast: 1 }, { first: 1, last: 2, newFirst: 1, newLast: 2 }, { first: 2, last: 3, newFirst: 2, newLast: 3 },
  ]);
});

test('an edge snaps to the best thing near it', () => {
  const points = [{ time: 1.05, kind: 'word' }, { time: 1.08, kind: 'shot' }, { time: 1.01, kind: 'playhead' }];
  assert.deepEqual(snapped(1, points, 0.1, 25), { time: 1.08, kind: 'shot' });
  assert.deepEqual(snapped(1, points, 0.06, 25), { time: 1.05, kind: 'word' });
  assert.deepEqual(snapped(1.017, [], 0.1, 25), { time: 1, kind: 'frame' });
  assert.equal(snapped(1.017, [], 0.1, null), null);
});

test('search finds across line breaks, whole words and patterns', () => {
  const cues = [cue('a', 1, 'the light\nhouse'), cue('b', 4, 'Lighthouses. (the)')];
  const query = { text: 'light', matchCase: false, wholeWord: false, pattern: false };
  assert.deepEqual(matchesOf(cues, query).map((match) => match.cue), ['a', 'b']);
  assert.deepEqual(matchesOf(cues, { ...query, wholeWord: true }).map((match) => match.cue), ['a']);
  assert.equal(matchesOf(cues, { ...query, text: 'light house' }).length, 1);
  assert.equal(matchesOf(cues, { ...query, text: '(the' }).length, 1);
  assert.deepEqual(replaceAll(cues, { ...query, text: '(\\w+)s\\.', pattern: true }, '$1'), [{ op: 'setText', cue: 'b', text: 'Lighthouse (the)' }]);
  assert.deepEqual(replaceAll(cues, query, '$&'), [{ op: 'setText', cue: 'a', text: 'the $&\nhouse' }, { op: 'setText', cue: 'b', text: '$&houses. (the)' }]);
  assert.deepEqual(matchesOf(cues, { ...query, text: '(', pattern: true }), []);
});

test('a corrected word is recognised as one', () => {
  assert.deepEqual(correctedWord('Visit cubernetes, now', 'Visit Kubernetes, now'), { from: 'cubernetes', to: 'Kubernetes' });
  assert.deepEqual(correctedWord('the sea port opens', 'the seaport opens'), { from: 'sea port', to: 'seaport' });
  assert.equal(correctedWord('same text', 'same text'), null);
  assert.equal(correctedWord('a b c d e f', 'u v w x y z'), null);
});

test('doubted words are underlined, the review is in order', () => {
  const doubted = { ...cue('a', 1, 'Visit “cubernetes”, now'), doubts: ['confidence: cubernetes'] };
  assert.deepEqual(doubtedRanges(doubted), [[7, 17]]);
  const wrong = { ...cue('b', 4, 'text'), doubts: ['text: the text does not match the audio'] };
  const items = reviewItems([doubted, wrong, cue('c', 6.01, 'next')], [{ start: 20, end: 21, status: 'failed', reason: 'timeout' }], RULES);
  assert.deepEqual(items.map((item) => [item.kind, item.cue]), [['lost', null], ['text', 'b'], ['lint', 'c'], ['confidence', 'a']]);
});

test('typing is one step until a second has passed', () => {
  const stack = new UndoStack();
  const step = (time, join) => ({ inverse: [], join, time, focus: null, stamp: 0 });
  for (const [time, join] of [[0, 't:a'], [500, 't:a'], [1400, 't:a'], [2500, 't:a'], [2600, null], [2700, 't:a']]) stack.push(step(time, join));
  assert.equal(stack.done.length, 4);
});
