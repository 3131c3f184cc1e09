/** @import {Cue, Job, Session} from '../shared/types.js' */
/** @import {DocumentStore} from '../document/document_store.js' */

/**
 * Which cue is current, whether its text is being edited, and which cues are selected. Dispatches `current`, `editing`
 * and `selection`.
 */
export class EditorState extends EventTarget {
  /** @param {Job} job @param {DocumentStore} store @param {Session} session */
  constructor(job, store, session) {
    super();
    this.job = job;
    this.store = store;
    this.session = session;
    /** @type {string | null} */
    this.currentId = null;
    this.editing = false;
    /** @type {Set<string>} */
    this.selected = new Set();
    /** Where the caret goes when editing begins: UTF-16 offsets, or the end. @type {[number, number] | null} */
    this.caret = null;
  }

  /** @returns {Cue | undefined} */
  get current() {
    return this.store.view.get(this.currentId);
  }

  /**
   * Make a cue current. @param {string | null} id
   * @param {{edit?: boolean, caret?: [number, number] | null}} [options]
   */
  go(id, { edit = false, caret = null } = {}) {
    const before = this.currentId;
    if (this.editing && (!edit || id !== before)) this.#leave();
    this.currentId = id;
    this.store.focus = id;
    if (id !== before) {
      this.selected.clear();
      this.dispatchEvent(new CustomEvent('current', { detail: before }));
    }
    if (edit && this.current && !this.store.readOnly) {
      this.caret = caret;
      this.editing = true;
      this.dispatchEvent(new CustomEvent('editing', { detail: before }));
    }
  }

  /** End editing the text; the row keeps the focus. */
  stopEditing() {
    if (this.editing) this.#leave();
  }

  /** Select all cues from the current one to another. @param {string} id */
  selectTo(id) {
    const [from, to] = [this.store.view.indexOf(this.currentId), this.store.view.indexOf(id)];
    if (from < 0 || to < 0) return;
    this.selected = new Set(this.store.cues.slice(Math.min(from, to), Math.max(from, to) + 1).map((cue) => cue.id));
    this.dispatchEvent(new CustomEvent('selection'));
  }

  /** Return the selected cues, or the current one. @returns {string[]} */
  chosen() {
    if (this.selected.size) return [...this.selected];
    return this.currentId ? [this.currentId] : [];
  }

  #leave() {
    this.editing = false;
    this.store.undoStack.close();
    this.dispatchEvent(new CustomEvent('editing', { detail: this.currentId }));
  }
}
