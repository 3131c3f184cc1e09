/** @import {Operation} from '../shared/types.js' */

/**
 * @typedef {{inverse: Operation[], join: string | null, time: number, focus: string | null, stamp: number}} Step
 *   What undoes one command: operations in order; `join` names typing that goes on; `focus` is the cue that was
 *   current; `stamp` is when it began, as the document counts others' changes.
 */

/** Milliseconds without typing after which more typing is a step of its own. */
const JOIN_WITHIN = 1000;

/** The steps that can be undone and redone, without end. */
export class UndoStack {
  constructor() {
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} */
    this.undone = [];
  }

  /** Add a step; typing joins that of the second before, whose inverse stays. @param {Step} step */
  push(step) {
    const last = this.done.at(-1);
    this.undone.length = 0;
    if (step.join && last?.join === step.join && step.time - last.time < JOIN_WITHIN) last.time = step.time;
    else this.done.push(step);
  }

  /** End the typing that goes on. */
  close() {
    const last = this.done.at(-1);
    if (last) last.join = null;
  }
}
