/** Return seconds as M:SS.mmm, or H:MM:SS.mmm from an hour on. @param {number} seconds @param {number} [digits] */
export function clock(seconds, digits = 3) {
  const unit = 10 ** digits;
  const all = Math.round(Math.max(0, seconds) * unit);
  const whole = Math.floor(all / unit);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const fraction = digits ? `.${String(all % unit).padStart(digits, '0')}` : '';
  const head = hours ? `${hours}:${String(minutes).padStart(2, '0')}` : String(minutes);
  return `${head}:${String(rest).padStart(2, '0')}${fraction}`;
}

/**
 * Return the seconds of "1:02:03.4", "2:03,4" or "63.4"; null if it is not a time.
 * @param {string} text @returns {number | null}
 */
export function secondsOf(text) {
  const match = /^\s*(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d*)?)\s*$/.exec(text);
  if (!match) return null;
  const [, hours = '0', minutes = '0', rest = '0'] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest.replace(',', '.'));
}

/** Return the time without the last bits that calculation leaves. @param {number} seconds */
export function rounded(seconds) {
  return Math.round(seconds * 1e6) / 1e6;
}

/** Return the number of a rate such as "25" or "30000/1001"; null if it is unknown. @param {string | null} rate */
export function frameRateOf(rate) {
  if (!rate) return null;
  const [above, below = '1'] = rate.split('/');
  const value = Number(above) / Number(below);
  return Number.isFinite(value) && value > 0 ? value : null;
}
