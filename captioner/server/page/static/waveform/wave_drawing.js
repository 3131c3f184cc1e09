/** @import {Cue, Region} from '../shared/types.js' */
/** @import {PeakTiles} from './peak_tiles.js' */
/** @import {TimeScale} from './time_scale.js' */
import { clock } from '../shared/clock.js';

/**
 * @typedef {Record<'wave' | 'speech' | 'lost' | 'shot' | 'text' | 'faint' | 'cue' | 'cueEdge' | 'current' | 'currentEdge' |
 *   'playhead' | 'range' | 'doubt' | 'guide' | 'panel', string>} Colors
 */

/** Pixels of the ruler above the waveform. */
export const RULER = 20;

/** @param {HTMLElement} element @returns {Colors} */
export function colorsOf(element) {
  const style = getComputedStyle(element);
  const names = { wave: 'wave', speech: 'speech', lost: 'lost', shot: 'shot', text: 'text', faint: 'faint', cue: 'cue-fill',
    cueEdge: 'cue-edge', current: 'current-fill', currentEdge: 'current-edge', playhead: 'playhead', range: 'range',
    doubt: 'doubt', guide: 'guide', panel: 'panel' };
  return /** @type {Colors} */ (Object.fromEntries(Object.entries(names).map(([key, name]) => [key, style.getPropertyValue(`--${name}`)])));
}

/**
 * Draw the waveform, the ruler and the speech regions.
 * @param {CanvasRenderingContext2D} context @param {number} height @param {TimeScale} scale @param {PeakTiles} peaks
 * @param {readonly Region[]} regions @param {Colors} colors
 */
export function drawWave(context, height, scale, peaks, regions, colors) {
  context.clearRect(0, 0, scale.width, height);
  drawRegions(context, height, scale, regions, colors);
  const level = peaks.levelAt(scale.perSecond);
  const middle = RULER + (height - RULER) / 2;
  const half = (height - RULER) / 2 - 4;
  context.fillStyle = colors.wave;
  for (let x = 0; x < scale.width; x += 1) {
    const range = peaks.range(level, scale.time(x), scale.time(x + 1));
    if (!range) continue;
    const top = middle - half * heightOf(range[1]);
    const bottom = middle + half * heightOf(-range[0]);
    context.fillRect(x, top, 1, Math.max(1, bottom - top));
  }
  drawRuler(context, scale, colors);
}

/** Return the share of the height for a value: quiet speech is seen beside loud speech, the last bit is not. @param {number} value */
function heightOf(value) {
  return (Math.max(0, value - 1) / 127) ** 0.6;
}

/** @param {CanvasRenderingContext2D} context @param {number} height @param {TimeScale} scale @param {readonly Region[]} regions @param {Colors} colors */
function drawRegions(context, height, scale, regions, colors) {
  for (const region of regions) {
    if (region.end < scale.from || region.start > scale.to) continue;
    const lost = ['failed', 'blocked', 'truncated'].includes(region.status);
    context.fillStyle = lost ? colors.lost : colors.speech;
    const [x, width] = [scale.x(region.start), (region.end - region.start) * scale.perSecond];
    if (lost) context.fillRect(x, RULER, width, height - RULER);
    else context.fillRect(x, height - 3, width, 3);
  }
}

/** @param {CanvasRenderingContext2D} context @param {TimeScale} scale @param {Colors} colors */
function drawRuler(context, scale, colors) {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
  const step = steps.find((value) => value * scale.perSecond >= 80) ?? 3600;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (let index = Math.floor(scale.from / step); index * step <= scale.to; index += 1) {
    const x = Math.round(scale.x(index * step));
    context.fillStyle = colors.faint;
    context.fillRect(x, RULER - 5, 1, 5);
    context.fillStyle = colors.text;
    context.fillText(clock(index * step, step < 1 ? 1 : 0), x + 4, RULER / 2);
  }
}

/**
 * Draw the cues, their words where there is room, shot changes and the playhead.
 * @param {CanvasRenderingContext2D} context @param {number} height @param {TimeScale} scale
 * @param {{cues: readonly Cue[], current: string | null, selected: ReadonlySet<string>, shots: readonly number[],
 *   time: number, range: [number, number] | null, guide: {time: number, label: string} | null}} shown
 * @param {Colors} colors
 */
export function drawCues(context, height, scale, shown, colors) {
  context.clearRect(0, 0, scale.width, height);
  context.textBaseline = 'top';
  if (shown.range) {
    context.fillStyle = colors.range;
    context.fillRect(scale.x(shown.range[0]), RULER, (shown.range[1] - shown.range[0]) * scale.perSecond, height - RULER);
  }
  for (const cue of shown.cues) drawCue(context, height, scale, cue, shown.current === cue.id || shown.selected.has(cue.id), colors);
  context.fillStyle = colors.shot;
  if (scale.perSecond > 4) {
    for (const shot of shown.shots) {
      if (shot >= scale.from && shot <= scale.to) for (let y = RULER; y < height; y += 6) context.fillRect(Math.round(scale.x(shot)), y, 1, 3);
    }
  }
  if (shown.guide) drawGuide(context, height, scale, shown.guide, colors);
  context.fillStyle = colors.playhead;
  const x = Math.round(scale.x(shown.time));
  context.fillRect(x - 1, 0, 2, height);
  context.beginPath();
  context.moveTo(x - 6, 0);
  context.lineTo(x + 6, 0);
  context.lineTo(x, 8);
  context.fill();
}

/** @param {CanvasRenderingContext2D} context @param {number} height @param {TimeScale} scale @param {Cue} cue @param {boolean} current @param {Colors} colors */
function drawCue(context, height, scale, cue, current, colors) {
  const x = scale.x(cue.start);
  const width = Math.max(1, (cue.end - cue.start) * scale.perSecond);
  const [top, bottom] = [RULER + 2, height - 5];
  context.fillStyle = current ? colors.current : colors.cue;
  context.fillRect(x, top, width, bottom - top);
  context.fillStyle = cue.doubts.length ? colors.doubt : current ? colors.currentEdge : colors.cueEdge;
  context.fillRect(x, top, width, 2);
  context.fillStyle = current ? colors.currentEdge : colors.cueEdge;
  const edge = current ? 2 : 1;
  context.fillRect(x, top, edge, bottom - top);
  context.fillRect(x + width - edge, top, edge, bottom - top);
  if (width < 24) return;
  context.save();
  context.beginPath();
  context.rect(x, top, width - 3, bottom - top);
  context.clip();
  context.fillStyle = colors.text;
  context.font = `${current ? '600 ' : ''}12px system-ui, sans-serif`;
  context.fillText(cue.text.replaceAll('\n', ' ⏎ ').slice(0, Math.ceil(width / 4)), x + 6, top + 5);
  if (scale.perSecond > 90) drawWords(context, bottom, scale, cue, colors);
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {number} bottom @param {TimeScale} scale @param {Cue} cue @param {Colors} colors */
function drawWords(context, bottom, scale, cue, colors) {
  context.font = '10px system-ui, sans-serif';
  for (const word of cue.words) {
    const x = scale.x(word.start);
    context.fillStyle = colors.faint;
    context.fillRect(x, bottom - 16, 1, 16);
    context.fillStyle = colors.text;
    if ((word.end - word.start) * scale.perSecond > 14) context.fillText(word.text.trim(), x + 3, bottom - 13);
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} height @param {TimeScale} scale @param {{time: number, label: string}} guide @param {Colors} colors */
function drawGuide(context, height, scale, guide, colors) {
  const x = Math.round(scale.x(guide.time));
  context.fillStyle = colors.guide;
  context.fillRect(x, RULER, 1, height - RULER);
  context.font = '600 11px system-ui, sans-serif';
  const width = context.measureText(guide.label).width + 10;
  const left = Math.min(x + 4, scale.width - width - 2);
  context.fillRect(left, RULER + 22, width, 18);
  context.fillStyle = colors.panel;
  context.fillText(guide.label, left + 5, RULER + 26);
}
