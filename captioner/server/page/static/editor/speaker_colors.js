const HUES = [222, 28, 158, 340, 268, 196, 95, 12];

/** Return the color of a speaker's name: the same name always has the same one. @param {string} name */
export function speakerColor(name) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
  const hue = HUES[sum % HUES.length] ?? 222;
  return `light-dark(hsl(${hue} 65% 34%), hsl(${hue} 75% 76%))`;
}
