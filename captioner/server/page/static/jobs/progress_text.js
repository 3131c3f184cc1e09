/** @import {Job} from '../shared/types.js' */
import { clock } from '../shared/clock.js';
import { t } from '../shared/language.js';
import { shortNumber } from '../editor/finding_text.js';

/** Return the share that is done, 0 to 1; null if it is unknown. @param {Job} job @returns {number | null} */
export function shareDone({ progress }) {
  return progress.duration ? Math.min(1, progress.done / progress.duration) : null;
}

/** Return how far a job is: percent, times real time, time left. @param {Job} job */
export function progressText(job) {
  if (job.state === 'waiting') return t('state.waiting');
  const share = shareDone(job);
  const { speed, left, done } = job.progress;
  return [
    share === null ? clock(done, 0) : t('progress.percent', { value: Math.floor(share * 100) }),
    speed ? t('progress.speed', { value: shortNumber(Math.round(speed * 10) / 10) }) : '',
    left !== null && left !== undefined ? t('progress.left', { value: clock(left, 0) }) : '',
  ].filter(Boolean).join(' · ');
}
