import { setSetting, setting } from './settings.js';

const THEMES = /** @type {const} */ (['auto', 'light', 'dark']);

/** Return the theme that was chosen. @returns {'auto' | 'light' | 'dark'} */
export function themeName() {
  return setting('theme', 'auto');
}

/** Show the page in the theme that was chosen. */
export function showTheme() {
  const theme = themeName();
  document.documentElement.style.colorScheme = theme === 'auto' ? 'light dark' : theme;
}

/** Choose the next theme. */
export function nextTheme() {
  setSetting('theme', THEMES[(THEMES.indexOf(themeName()) + 1) % THEMES.length]);
  showTheme();
}
