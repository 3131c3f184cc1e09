/** @import {Cue} from '../shared/types.js' */
/** @import {DocumentStore} from '../document/document_store.js' */

/** Seconds before and after the playhead for which the browser has cues: all of a long film would stop it. */
const AROUND = 60;

/** The captions in the video: a text track of the browser with the cues around the playhead. */
export class CaptionTrack {
  /** @param {HTMLVideoElement} video @param {DocumentStore} store */
  constructor(video, store) {
    this.video = video;
    this.store = store;
    this.track = video.addTextTrack('captions', 'captioner', store.language ?? '');
    this.track.mode = 'showing';
    /** @type {Map<string, {cue: Cue, shown: VTTCue}>} */
    this.shown = new Map();
    this.middle = NaN;
    store.addEventListener('change', () => this.#refresh());
    video.addEventListener('seeking', () => this.follow());
    video.addEventListener('timeupdate', () => this.follow());
    this.#refresh();
  }

  /** Have the cues around the playhead, once it has moved on. */
  follow() {
    if (!(Math.abs(this.video.currentTime - this.middle) < AROUND / 2)) this.#refresh();
  }

  #refresh() {
    this.middle = this.video.currentTime;
    const wanted = new Map(this.#around().map((cue) => [cue.id, cue]));
    for (const [id, { cue, shown }] of this.shown) {
      if (wanted.get(id) === cue) continue;
      this.track.removeCue(shown);
      this.shown.delete(id);
    }
    for (const [id, cue] of wanted) {
      if (this.shown.has(id) || !cue.text.trim()) continue;
      const shown = new VTTCue(cue.start, cue.end, escaped(cue));
      this.track.addCue(shown);
      this.shown.set(id, { cue, shown });
    }
  }

  /** @returns {Cue[]} */
  #around() {
    const { cues, view } = this.store;
    const around = [];
    for (let index = view.firstAfter(this.middle - AROUND); index < cues.length; index += 1) {
      const cue = /** @type {Cue} */ (cues[index]);
      if (cue.start > this.middle + AROUND) break;
      around.push(cue);
    }
    return around;
  }
}

/** @param {Cue} cue */
function escaped(cue) {
  return cue.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
