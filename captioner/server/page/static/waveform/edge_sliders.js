/** @import {Cue} from '../shared/types.js' */
/** @import {Editor} from '../editor/editor_view.js' */
/** @import {TimeScale} from './time_scale.js' */
import { nudge } from '../editor/cue_commands.js';
import { clock } from '../shared/clock.js';
import { h } from '../shared/dom.js';
import { t } from '../shared/language.js';

/** The edges of the current cue as sliders, for the keyboard and for screen readers. */
export class EdgeSliders {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.start = this.#slider('start');
    this.end = this.#slider('end');
    this.element = h('div', { class: 'edge-sliders' }, this.start, this.end);
  }

  /** @param {Cue | undefined} cue @param {TimeScale} scale @param {boolean} readOnly */
  update(cue, scale, readOnly) {
    this.element.hidden = !cue || readOnly;
    if (!cue) return;
    for (const [slider, time] of /** @type {const} */ ([[this.start, cue.start], [this.end, cue.end]])) {
      const x = scale.x(time);
      slider.hidden = x < 0 || x > scale.width;
      slider.style.transform = `translateX(${x}px)`;
      if (slider.getAttribute('aria-valuetext') === clock(time)) continue;
      slider.setAttribute('aria-valuemin', '0');
      slider.setAttribute('aria-valuemax', String(Math.ceil(scale.duration)));
      slider.setAttribute('aria-valuenow', String(time));
      slider.setAttribute('aria-valuetext', clock(time));
    }
  }

  /** @param {'start' | 'end'} edge */
  #slider(edge) {
    return h('div', {
      role: 'slider', tabIndex: 0, class: 'edge-slider', 'aria-label': t(edge === 'start' ? 'cue.start' : 'cue.end'),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const direction = event.key === 'ArrowLeft' || event.key === 'ArrowDown' ? -1 : event.key === 'ArrowRight' || event.key === 'ArrowUp' ? 1 : 0;
        if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
        nudge(this.editor, edge, direction);
        event.preventDefault();
        event.stopPropagation();
      },
    });
  }
}
