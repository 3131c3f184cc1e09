/** @import {AppliedOperation, Cue, DocumentJson, Operation, Region, Rules} from '../shared/types.js' */
/** @import {Outbox} from '../storage/outbox.js' */
/** @import {Step} from './undo_stack.js' */
import { frameRateOf } from '../shared/clock.js';
import { CueCollection } from './cue_collection.js';
import { Refused, changeOf, touchedBy } from './operations.js';
import { UndoStack } from './undo_stack.js';

/** @typedef {{ids: Set<string>, order: boolean}} DocumentChange  The cues that changed; whether any came, went or moved. */

/**
 * The document as this window shows it: the truth of the server, and on top of it the operations that the server has
 * not answered yet. Dispatches `change` with a `DocumentChange`.
 */
export class DocumentStore extends EventTarget {
  /** @param {DocumentJson} json @param {Outbox} outbox */
  constructor(json, outbox) {
    super();
    this.language = json.language;
    this.profile = json.profile;
    this.frameRate = json.frame_rate;
    this.duration = json.duration;
    /** @type {Region[]} */
    this.regions = json.regions;
    /** @type {Rules} */
    this.rules = rulesAt(json.profile_rules, frameRateOf(json.frame_rate));
    this.outbox = outbox;
    this.undoStack = new UndoStack();
    this.revision = json.revision;
    this.view = new CueCollection(json.cues);
    /** @type {Map<string, Cue>} */
    this.truth = new Map(this.view.byId);
    /** The revision of the last change of each cue. @type {Map<string, number>} */
    this.changedAt = new Map();
    /** The revision in which another window last changed each cue. @type {Map<string, number>} */
    this.changedByOthers = new Map();
    /** Revisions after `revision` that came before those between. @type {Set<number>} */
    this.early = new Set();
    /** The cue that is current, which steps of undo bring back. @type {string | null} */
    this.focus = null;
    this.readOnly = false;
  }

  /** @returns {readonly Cue[]} */
  get cues() {
    return this.view.all;
  }

  /**
   * Apply operations as one step of undo. Returns whether they could be applied.
   * @param {Operation[]} operations @param {{join?: string}} [options]
   */
  perform(operations, { join } = {}) {
    const inverse = this.#apply(operations);
    if (!inverse) return false;
    this.undoStack.push({ inverse, join: join ?? null, time: Date.now(), focus: this.focus, stamp: this.revision });
    return true;
  }

  /** Return the step that undo or redo would take. @param {'done' | 'undone'} list @returns {Step | undefined} */
  nextStep(list) {
    return this.undoStack[list].at(-1);
  }

  /** Return whether another window has changed what a step would bring back. @param {Step} step */
  othersTouched(step) {
    return step.inverse.flatMap(touchedBy).some((id) => (this.changedByOthers.get(id) ?? -1) > step.stamp);
  }

  /** Undo or redo a step. Returns the cue to go to; null if there is nothing to do. @param {'done' | 'undone'} from */
  step(from) {
    const step = this.undoStack[from].pop();
    if (!step) return null;
    const inverse = this.#apply(step.inverse);
    const to = from === 'done' ? 'undone' : 'done';
    if (inverse) this.undoStack[to].push({ ...step, inverse, join: null, stamp: this.revision });
    const touched = step.inverse.flatMap(touchedBy).find((id) => this.view.get(id));
    return touched ?? step.focus ?? '';
  }

  /** Take in the server's answer to a batch of this window. @param {number} revision @param {readonly AppliedOperation[]} applied */
  confirm(revision, applied) {
    this.#learn(revision, applied);
    this.#rebuild();
  }

  /**
   * Take in what the server did for this window, as one step of undo. @param {number} revision
   * @param {readonly AppliedOperation[]} applied
   */
  confirmStep(revision, applied) {
    const inverse = applied.toReversed().flatMap((one) => one.inverse);
    this.undoStack.push({ inverse, join: null, time: Date.now(), focus: this.focus, stamp: revision });
    this.confirm(revision, applied);
  }

  /** Take in a batch from the server's event stream. @param {number} revision @param {string} client @param {readonly AppliedOperation[]} applied */
  receive(revision, client, applied) {
    if (client !== this.outbox.client) {
      for (const one of applied) {
        for (const id of [...one.cues.map((cue) => cue.id), ...one.removed]) this.changedByOthers.set(id, revision);
      }
    }
    this.#learn(revision, applied);
    this.#rebuild();
  }

  /** Replace everything that is known of the server's document. @param {DocumentJson} json */
  reset(json) {
    this.truth = new Map(json.cues.map((cue) => [cue.id, cue]));
    this.revision = json.revision;
    this.early.clear();
    this.changedAt.clear();
    this.#rebuild();
  }

  /** Show the truth with what is pending on top of it. */
  rebuild() {
    this.#rebuild();
  }

  /** @param {Operation[]} operations @returns {Operation[] | null} the inverse, in order */
  #apply(operations) {
    if (this.readOnly || !operations.length) return null;
    /** @type {Operation[]} */
    let inverse = [];
    /** @type {DocumentChange} */
    const change = { ids: new Set(), order: false };
    const before = operations.length > 1 ? new Map(this.view.byId) : null;
    try {
      for (const operation of operations) {
        const one = changeOf(this.view.byId, operation, this.rules);
        this.#put(one.cues, one.removed, change);
        inverse = [...one.inverse, ...inverse];
      }
    } catch (error) {
      if (before) this.view = new CueCollection(before.values());
      if (!(error instanceof Refused)) throw error;
      return null;
    }
    this.outbox.add(operations, this.revision);
    this.#announce(change);
    return inverse;
  }

  /** @param {readonly Cue[]} cues @param {readonly string[]} removed @param {DocumentChange} change */
  #put(cues, removed, change) {
    for (const id of removed) {
      this.view.remove(id);
      change.ids.add(id);
      change.order = true;
    }
    for (const cue of cues) {
      const old = this.view.get(cue.id);
      change.order ||= !old || old.start !== cue.start;
      this.view.put(cue);
      change.ids.add(cue.id);
    }
  }

  /** @param {number} revision @param {readonly AppliedOperation[]} applied */
  #learn(revision, applied) {
    for (const one of applied) {
      for (const id of one.removed) if (this.#isNewer(id, revision)) this.truth.delete(id);
      for (const cue of one.cues) if (this.#isNewer(cue.id, revision)) this.truth.set(cue.id, cue);
    }
    this.early.add(revision);
    while (this.early.delete(this.revision + 1)) this.revision += 1;
    for (const known of this.early) if (known <= this.revision) this.early.delete(known);
  }

  /** @param {string} id @param {number} revision */
  #isNewer(id, revision) {
    if ((this.changedAt.get(id) ?? 0) > revision) return false;
    this.changedAt.set(id, revision);
    return true;
  }

  #rebuild() {
    const old = this.view;
    const view = new Map(this.truth);
    for (const operation of this.outbox.operations()) {
      try {
        const change = changeOf(view, operation, this.rules);
        for (const id of change.removed) view.delete(id);
        for (const cue of change.cues) view.set(cue.id, cue);
      } catch (error) {
        if (!(error instanceof Refused)) throw error; // the server will say so too
      }
    }
    /** @type {DocumentChange} */
    const change = { ids: new Set(), order: false };
    for (const [id, cue] of view) {
      const before = old.byId.get(id);
      if (before === cue || (before && sameCue(before, cue))) {
        view.set(id, before);
        continue;
      }
      change.ids.add(id);
      change.order ||= !before || before.start !== cue.start;
    }
    for (const id of old.byId.keys()) {
      if (view.has(id)) continue;
      change.ids.add(id);
      change.order = true;
    }
    if (!change.ids.size) return;
    this.view = new CueCollection(view.values());
    this.#announce(change);
  }

  /** @param {DocumentChange} change */
  #announce(change) {
    this.dispatchEvent(new CustomEvent('change', { detail: change }));
  }
}

/** @param {Cue} one @param {Cue} other */
function sameCue(one, other) {
  return one.start === other.start && one.end === other.end && one.text === other.text && JSON.stringify(one) === JSON.stringify(other);
}

/** Return the rules with the frame rate and the gap in whole frames, where it is known. @param {Rules} rules @param {number | null} rate @returns {Rules} */
function rulesAt(rules, rate) {
  if (!rate) return rules;
  const frames = rules.gap_frames ?? Math.ceil(Math.round(rules.gap * rate * 1000) / 1000);
  return { ...rules, gap: frames / rate, frame_rate: rate };
}
