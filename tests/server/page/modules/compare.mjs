/** Print what the page's modules make of cases that the test has written: the changes of operations, and findings. */

import { readFileSync } from 'node:fs';
import { findingsOf } from '../../../../captioner/server/page/static/document/lint.js';
import { changeOf, Refused } from '../../../../captioner/server/page/static/document/operations.js';

const { operations, lint } = JSON.parse(readFileSync(process.argv[2], 'utf-8'));
const changes = operations.map(({ cues, operation, rules }) => {
  try {
    const { cues: changed, removed } = changeOf(new Map(cues.map((cue) => [cue.id, cue])), operation, rules);
    return { cues: changed, removed };
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
});
const findings = lint.map(({ cues, rules }) => cues.map((cue, index) => findingsOf(cue, cues[index - 1], rules).map((one) => one.rule)));
console.log(JSON.stringify({ changes, findings }));
