/** @import {Editor} from './editor_view.js' */
import { ApiError, callJson } from '../shared/api.js';
import { h, toast } from '../shared/dom.js';
import { t } from '../shared/language.js';

/** Saves the captions to the file beside the video, where the page belongs to `captioner edit`. */
export class SaveButton {
  /** @param {Editor} editor @param {{name: string, saved: number}} file */
  constructor(editor, file) {
    this.editor = editor;
    this.file = file;
    /** The revision that the file has. */
    this.saved = file.saved;
    this.element = h('button', { type: 'button', class: 'save-file', title: file.name, onclick: () => void this.save() }, t('file.save'));
    editor.store.addEventListener('change', () => this.show());
    editor.outbox.addEventListener('state', () => this.show());
    this.show();
  }

  /** Save, after a question if another program has changed the file. @param {boolean} [overwrite] @returns {Promise<void>} */
  async save(overwrite = false) {
    if (!(await this.editor.outbox.flush())) {
      toast(t('download.unsaved'), [], { error: true });
      return;
    }
    try {
      const answer = await callJson(`/v1/jobs/${this.editor.job.id}/save`, { method: 'POST', json: overwrite ? { overwrite } : {} });
      this.saved = answer.revision;
      toast(t('file.saved', { name: this.file.name }));
      this.show();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'changed') {
        if (window.confirm(t('file.changed', { name: this.file.name }))) await this.save(true);
        return;
      }
      toast(error instanceof ApiError ? error.message : t('state.offline'), [], { error: true });
    }
  }

  /** Say whether the file has all edits. */
  show() {
    const { store, outbox } = this.editor;
    const isSaved = this.saved === store.revision && !outbox.batches.length;
    this.element.classList.toggle('primary', !isSaved);
    this.element.textContent = t(isSaved ? 'file.isSaved' : 'file.save');
  }
}
