/**
 * Return an id that no other cue, word or client has. `kind` is its first letter.
 * It works without a secure context, unlike `crypto.randomUUID`.
 * @param {string} kind @returns {string}
 */
export function newId(kind) {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return kind + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
