/** @import {Conflict, Batch} from '../storage/outbox.js' */
/** @import {DocumentJson, Job, Session} from '../shared/types.js' */
import { DocumentStore } from '../document/document_store.js';
import { correctedWord, matchesOf, replaceAll } from '../document/search.js';
import { callJson } from '../shared/api.js';
import { h, icon, iconButton, openDialog, toast } from '../shared/dom.js';
import { t } from '../shared/language.js';
import { setSetting, setting } from '../shared/settings.js';
import { Player } from '../player/player.js';
import { followDocument } from '../storage/document_events.js';
import { Outbox } from '../storage/outbox.js';
import { WaveformView } from '../waveform/waveform_view.js';
import { undo } from './cue_commands.js';
import { CueDetails } from './cue_details.js';
import { CueList } from './cue_list.js';
import { askConflict, showRefused } from './dialogs.js';
import { openDownloads } from './download_dialog.js';
import { EditorState } from './editor_state.js';
import { FindBar } from './find_bar.js';
import { ReviewBar } from './review_bar.js';
import { SaveButton } from './save_button.js';
import { showShortcuts } from './shortcut_help.js';
import { handleKey } from './shortcuts.js';
import { openTools } from './tools_dialog.js';

/** The editor of one job: its parts, and what goes on between them. */
export class Editor {
  /** @param {Job} job @param {DocumentJson} json @param {Session} session */
  constructor(job, json, session) {
    this.job = job;
    this.session = session;
    this.outbox = new Outbox(job.id);
    this.store = new DocumentStore(json, this.outbox);
    this.store.readOnly = session.read_only;
    this.state = new EditorState(job, this.store, session);
    this.player = new Player(job, this.store, () => this.#preview());
    this.list = new CueList(this);
    this.waveform = new WaveformView(this);
    this.find = new FindBar(this);
    this.review = new ReviewBar(this);
    this.details = new CueDetails(this);
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.#keyPressed(event);
    this.onLeave = (/** @type {BeforeUnloadEvent} */ event) => {
      if (this.outbox.batches.length && this.outbox.state !== 'saving') event.preventDefault();
    };
    this.file = json.file && !session.read_only ? new SaveButton(this, json.file) : null;
    this.saved = h('span', { class: 'save-state', role: 'status' });
    this.banner = h('div', { class: 'banner', role: 'alert', hidden: true });
    this.element = this.#build();
    this.unfollow = followDocument(job.id, this.store);
    this.#connect();
  }

  /** Begin with the first cue. */
  start() {
    const first = this.store.cues[0];
    if (first) this.state.go(first.id);
    this.list.draw();
    this.list.focusCurrent();
  }

  /** Let a cue be seen in the list. @param {string | null} id */
  show(id) {
    this.list.show(id);
  }

  showHelp() {
    showShortcuts();
  }

  undo() {
    undo(this, 'done');
  }

  /** Save to the file, or else send everything now, and say so. */
  saveNow() {
    if (this.file) {
      void this.file.save();
      return;
    }
    void this.outbox.flush().then((done) => toast(t(done ? 'state.saved' : 'state.offline')));
  }

  /**
   * Let the server change many cues. @param {string} name @param {Record<string, unknown>} options
   * @param {string[] | null} cues @param {boolean} preview @returns {Promise<any>}
   */
  async transform(name, options, cues, preview) {
    await this.outbox.flush();
    const { client } = this.outbox;
    const body = { name, options, cues, client, sequence: preview ? 0 : this.outbox.nextSequence(), base: this.store.revision };
    const answer = await callJson(`/v1/jobs/${this.job.id}/transform${preview ? '?preview=1' : ''}`, { method: 'POST', json: body });
    if (!preview) this.store.confirmStep(answer.revision, answer.operations);
    return answer;
  }

  /** Offer to correct a word everywhere, after it was corrected in one cue. @param {string} id @param {string} before */
  textDone(id, before) {
    const cue = this.store.view.get(id);
    const corrected = cue && !this.store.readOnly ? correctedWord(before, cue.text) : null;
    if (!corrected) return;
    const query = { text: corrected.from, matchCase: true, wholeWord: true, pattern: false };
    const count = matchesOf(this.store.cues, query).length;
    const actions = [{ label: t('correct.hotword'), run: () => this.#addHotword(corrected.to) }];
    if (count) actions.unshift({ label: t('correct.all', { count }), run: () => this.#correctAll(query, corrected.to, count) });
    if (count || /\p{Lu}/u.test(corrected.to)) toast(t('correct.offer', corrected), actions);
  }

  close() {
    this.unfollow();
    this.player.close();
    this.waveform.close();
    window.removeEventListener('keydown', this.onKey);
    window.removeEventListener('beforeunload', this.onLeave);
  }

  /** @param {import('../document/search.js').Query} query @param {string} to @param {number} count */
  #correctAll(query, to, count) {
    this.store.perform(replaceAll(this.store.cues, query, to));
    toast(t('find.replaced', { count }), [
      { label: t('command.undo'), run: () => this.undo() },
      { label: t('correct.hotword'), run: () => this.#addHotword(to) },
    ]);
  }

  /** @param {string} word */
  #addHotword(word) {
    /** @type {string[]} */
    const words = setting('hotwords', []);
    setSetting('hotwords', [...new Set([...words, word])]);
    toast(t('correct.added', { word }));
  }

  #connect() {
    const { outbox, store } = this;
    outbox.addEventListener('answer', (event) => {
      const { revision, operations } = /** @type {CustomEvent} */ (event).detail;
      store.confirm(revision, operations);
      this.file?.show();
    });
    outbox.addEventListener('state', () => this.#showState());
    outbox.addEventListener('conflict', (event) => {
      const { batch, revision, conflicts } = /** @type {CustomEvent<{batch: Batch, revision: number, conflicts: Conflict[]}>} */ (event).detail;
      askConflict(this, batch, revision, conflicts);
    });
    outbox.addEventListener('refused', (event) => {
      const { batch, message } = /** @type {CustomEvent<{batch: Batch, message: string}>} */ (event).detail;
      void callJson(`/v1/jobs/${this.job.id}/document`).then((json) => store.reset(json));
      showRefused([batch], message);
    });
    this.player.addEventListener('cue', () => this.list.draw());
    window.addEventListener('keydown', this.onKey);
    window.addEventListener('beforeunload', this.onLeave);
    this.#showState();
  }

  /** Keys are commands wherever nothing is typed. @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.defaultPrevented || !(event.target instanceof Element)) return;
    if (event.target.closest('input, textarea, select, dialog')) return;
    const pressesButton = event.target.closest('button, a, summary') && ['Enter', ' '].includes(event.key);
    if (!pressesButton) handleKey(event, 'list', this);
  }

  #showState() {
    const { state, batches } = this.outbox;
    const count = batches.reduce((sum, batch) => sum + batch.operations.length, 0);
    this.saved.textContent = t(this.store.readOnly ? 'state.readOnly' : `state.${state}`);
    this.saved.dataset['state'] = state;
    const isTrouble = state === 'offline' || state === 'full' || state === 'stopped';
    this.banner.hidden = !isTrouble;
    if (isTrouble) this.banner.textContent = t(`banner.${state}`, { count });
  }

  #build() {
    const home = h('a', { class: 'home', href: '#/', title: t('nav.jobs'), 'aria-label': t('nav.jobs') }, icon('back'));
    const edits = !this.store.readOnly;
    const bar = h(
      'header', { class: 'top-bar' },
      home, h('h1', { title: this.job.name, dir: 'auto' }, this.job.name), this.saved, h('span', { class: 'grow' }),
      edits && iconButton('undo', t('command.undo'), () => this.undo()),
      edits && iconButton('redo', t('command.redo'), () => undo(this, 'undone')),
      iconButton('find', t('command.find'), () => this.find.open(true)),
      edits && iconButton('tools', t('tools.title'), () => void openTools(this)),
      this.file?.element,
      iconButton('help', t('command.help'), () => this.showHelp(), { class: 'icon-button help-button' }),
      h('button', { type: 'button', class: 'primary', onclick: () => openDownloads(this) }, icon('download'), h('span', { class: 'button-text' }, t('download.button'))),
    );
    const side = h('div', { class: 'side' }, this.player.element, this.details.element);
    const main = h('div', { class: 'texts' }, this.review.element, this.find.element, this.list.element);
    return h('main', { class: 'editor' }, bar, this.banner, main, side, this.waveform.element);
  }

  #preview() {
    const { id } = this.job;
    const address = `/v1/jobs/${id}/frame?time=${this.player.time.toFixed(3)}&width=960`;
    void this.outbox.flush().then(() => openDialog(t('player.preview'), [h('img', { src: address, class: 'frame-preview', alt: t('player.previewAlt') })], { class: 'wide' }));
  }
}
