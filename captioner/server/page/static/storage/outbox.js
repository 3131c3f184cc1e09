/** @import {AppliedOperation, Operation} from '../shared/types.js' */
import { ApiError, callJson } from '../shared/api.js';
import { newId } from '../shared/ids.js';
import { forgetBatch, storeBatch } from './batch_database.js';

/**
 * @typedef {{job: string, client: string, sequence: number, base: number, operations: Operation[]}} Batch
 * @typedef {'saved' | 'saving' | 'offline' | 'full' | 'conflict' | 'stopped'} SaveState
 * @typedef {{cue: string, field: string, base: unknown, theirs: unknown, yours: unknown}} Conflict
 */

/** Milliseconds after an edit until it is sent. */
const DELAY = 400;

/** Milliseconds between two tries at most. */
const LONGEST_WAIT = 8000;

/**
 * Sends operations to the server in order, each batch until it is answered. Batches lie in IndexedDB until then.
 * Dispatches `state`; `answer` with `{revision, operations}`; `conflict` with `{batch, revision, conflicts}`; `refused` with
 * `{batch, message}`.
 */
export class Outbox extends EventTarget {
  /** @param {string} job */
  constructor(job) {
    super();
    this.job = job;
    this.client = newId('p');
    /** @type {Batch[]} */
    this.batches = [];
    /** The batch that may still grow. @type {Batch | null} */
    this.open = null;
    this.sequence = 0;
    /** @type {SaveState} */
    this.state = 'saved';
    this.sending = false;
    this.tries = 0;
    this.timer = 0;
    this.storing = 0;
    /** @type {Set<Batch>} */
    this.unstored = new Set();
    // While this window lives, no other one adopts its batches.
    navigator.locks?.request(`captioner-${this.client}`, () => new Promise(() => {}));
    window.addEventListener('online', () => this.sendSoon(0));
  }

  /** Return the operations without an answer. @returns {Operation[]} */
  operations() {
    return this.batches.flatMap((batch) => batch.operations);
  }

  /** Add operations of one step. @param {readonly Operation[]} operations @param {number} base */
  add(operations, base) {
    if (!this.open) {
      this.sequence += 1;
      this.open = { job: this.job, client: this.client, sequence: this.sequence, base, operations: [] };
      this.batches.push(this.open);
    }
    for (const operation of operations) addJoined(this.open.operations, operation);
    this.#storeSoon(this.open);
    if (this.state === 'saved') this.#setState('saving');
    if (!this.timer && this.state !== 'conflict') this.sendSoon(DELAY);
  }

  /** Send what waits, after some milliseconds. @param {number} delay */
  sendSoon(delay) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.#send();
    }, delay);
  }

  /** Wait until everything is answered. Returns whether it is. @param {number} [timeout] milliseconds */
  async flush(timeout = 10000) {
    if (!this.batches.length) return true;
    this.sendSoon(0);
    return new Promise((resolve) => {
      const end = (/** @type {boolean} */ done) => { this.removeEventListener('state', check); clearTimeout(timer); resolve(done); };
      const check = () => { if (this.state !== 'saving') end(!this.batches.length); };
      const timer = setTimeout(() => end(false), timeout);
      this.addEventListener('state', check);
    });
  }

  /** Take up the sending again after a conflict: with what is left of the batch, on a newer base. @param {Batch} batch @param {Operation[]} operations @param {number} base */
  settle(batch, operations, base) {
    if (operations.length) {
      batch.operations = operations;
      batch.base = base;
      void storeBatch(batch);
    } else {
      this.#drop(batch);
    }
    this.#setState(this.batches.length ? 'saving' : 'saved');
    this.sendSoon(0);
  }

  /** Number of a batch that another part sends itself, such as a transform. */
  nextSequence() {
    this.sequence += 1;
    return this.sequence;
  }

  async #send() {
    if (this.sending || this.state === 'conflict' || this.state === 'stopped') return;
    this.sending = true;
    try {
      for (let batch = this.batches[0]; batch; batch = this.batches[0]) {
        if (batch === this.open) this.open = null;
        if (!(await this.#post(batch))) return;
      }
      this.#setState('saved');
    } finally {
      this.sending = false;
    }
  }

  /** @param {Batch} batch @returns {Promise<boolean>} whether to go on with the next one */
  async #post(batch) {
    try {
      const { job, ...body } = batch;
      const answer = await callJson(`/v1/jobs/${job}/operations`, { method: 'POST', json: body });
      this.tries = 0;
      this.#drop(batch);
      this.dispatchEvent(new CustomEvent('answer', { detail: answer }));
      return true;
    } catch (error) {
      return this.#failed(batch, error);
    }
  }

  /** @param {Batch} batch @param {unknown} error */
  #failed(batch, error) {
    if (error instanceof ApiError && error.status === 409) {
      this.#setState('conflict');
      const { revision, conflicts } = error.body;
      this.dispatchEvent(new CustomEvent('conflict', { detail: { batch, revision, conflicts } }));
      return false;
    }
    if (error instanceof ApiError && [400, 403, 404, 413, 422].includes(error.status)) {
      if (error.status === 403 || error.status === 404) {
        this.#setState('stopped');
        return false;
      }
      this.#drop(batch);
      this.dispatchEvent(new CustomEvent('refused', { detail: { batch, message: error.message } }));
      return true;
    }
    this.tries += 1;
    this.#setState(error instanceof ApiError && error.status === 507 ? 'full' : 'offline');
    this.sendSoon(Math.min(LONGEST_WAIT, 500 * 2 ** this.tries));
    return false;
  }

  /** @param {Batch} batch */
  #drop(batch) {
    this.batches = this.batches.filter((other) => other !== batch);
    void forgetBatch(batch);
  }

  /** @param {Batch} batch */
  #storeSoon(batch) {
    this.unstored.add(batch);
    this.storing ||= window.setTimeout(() => {
      this.storing = 0;
      for (const one of this.unstored) if (this.batches.includes(one)) void storeBatch(one);
      this.unstored.clear();
    }, 100);
  }

  /** @param {SaveState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent('state'));
  }
}

/** Add an operation; typing in the same cue replaces what was typed before. @param {Operation[]} operations @param {Operation} operation */
export function addJoined(operations, operation) {
  const last = operations.at(-1);
  const joins = operation.op === 'setText' && last?.op === 'setText' && last.cue === operation.cue && !operation.words && !last.words;
  if (joins) operations[operations.length - 1] = operation;
  else operations.push(operation);
}
