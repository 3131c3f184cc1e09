import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CueCollection } from '../../../../captioner/server/page/static/document/cue_collection.js';
import { changeOf, Refused } from '../../../../captioner/server/page/static/document/operations.js';
import { cue, RULES } from './cues.mjs';

const CUES = [
  cue('a', 1, 'Good evening,\nand welcome.'), cue('b', 4, '早上好，世界。'), cue('c', 7, 'مرحبا بالعالم 12'), cue('d', 10, 'one', false),
  cue('e', 13, 'two words', false), cue('f', 16, '👩‍👩‍👧 family day'),
];

const OPERATIONS = [
  { op: 'setText', cue: 'a', text: 'Good evening, and warm welcome.' },
  { op: 'setText', cue: 'b', text: '' },
  { op: 'setTimes', cue: 'c', start: 0.5, end: 9 },
  { op: 'split', cue: 'a', at: 13, new: 'n' },
  { op: 'split', cue: 'b', at: 3, new: 'n' },
  { op: 'split', cue: 'c', at: 6, new: 'n' },
  { op: 'split', cue: 'f', at: 1, new: 'n' },
  { op: 'merge', cue: 'a', next: 'b' },
  { op: 'merge', cue: 'd', next: 'e' },
  { op: 'insert', cue: cue('n', 2, 'new') },
  { op: 'delete', cue: 'c' },
  { op: 'moveWords', from: 'a', to: 'b', count: 1 },
  { op: 'moveWords', from: 'c', to: 'b', count: 2 },
  { op: 'moveWords', from: 'e', to: 'd', count: 1 },
  { op: 'setSpeaker', cue: 'a', speaker: 'Ada' },
  { op: 'setLock', cue: 'a', locked: true },
  { op: 'setDoubts', cue: 'a', doubts: [] },
  { op: 'setBorder', left: 'a', right: 'b', time: 3.3 },
  { op: 'replaceCues', remove: ['a', 'b'], insert: [cue('b', 1, 'joined'), cue('n', 5, 'other')] },
];

/** Apply operations to a copy of cues. */
function applied(cues, operations) {
  const byId = new Map(cues);
  for (const operation of operations) {
    const change = changeOf(byId, operation, RULES);
    for (const id of change.removed) byId.delete(id);
    for (const one of change.cues) byId.set(one.id, one);
  }
  return byId;
}

for (const operation of OPERATIONS) {
  test(`the inverse of ${JSON.stringify(operation).slice(0, 60)} brings back what was`, () => {
    const before = new Map(CUES.map((one) => [one.id, one]));
    const { inverse } = changeOf(before, operation, RULES);
    const after = applied(before, [operation]);
    for (const one of after.values()) {
      assert.ok(one.start < one.end);
      if (one.words.length) assert.equal(one.words.map((word) => word.text).join(''), one.text);
    }
    assert.deepEqual([...applied(after, inverse).values()].sort(byName), [...before.values()].sort(byName));
  });
}

test('operations that make no sense are refused', () => {
  const cues = new Map(CUES.map((one) => [one.id, one]));
  for (const operation of [
    { op: 'split', cue: 'd', at: 1, new: 'n' }, { op: 'setText', cue: 'x', text: '' }, { op: 'setTimes', cue: 'a', start: 2, end: 2 },
    { op: 'moveWords', from: 'd', to: 'e', count: 1 }, { op: 'insert', cue: cue('a', 1, 'again') },
  ]) assert.throws(() => changeOf(cues, operation, RULES), Refused);
});

test('a split is in the gap between the words', () => {
  const cues = new Map(CUES.map((one) => [one.id, one]));
  const [left, right] = changeOf(cues, { op: 'split', cue: 'a', at: 13, new: 'n' }, RULES).cues;
  assert.equal(left.text, 'Good evening,');
  assert.equal(right.text, 'and welcome.');
  assert.ok(Math.abs(right.start - right.words[0].start) < 0.0006);
  assert.ok(left.end <= right.start - RULES.gap + 0.0011);
});

test('cues stay in order of start and id', () => {
  const cues = new CueCollection(CUES);
  cues.put({ ...CUES[4], start: 2 });
  cues.put(cue('z', 2, 'same start'));
  cues.remove('b');
  assert.deepEqual(cues.all.map((one) => one.id), ['a', 'e', 'z', 'c', 'd', 'f']);
  assert.deepEqual(cues.all.map((one) => cues.indexOf(one.id)), [0, 1, 2, 3, 4, 5]);
  assert.equal(cues.indexOf('b'), -1);
});

function byName(one, other) {
  return one.id < other.id ? -1 : 1;
}
