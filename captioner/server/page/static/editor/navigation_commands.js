/** @import {Editor} from './editor_view.js' */

/** Make the cue current that is some places further. @param {Editor} editor @param {number} offset */
export function goBeside(editor, offset) {
  const { store, state } = editor;
  const index = store.view.indexOf(state.currentId);
  const to = Math.min(store.cues.length - 1, Math.max(0, (index < 0 ? 0 : index) + offset));
  const cue = store.cues[to];
  if (!cue || cue.id === state.currentId) return;
  state.go(cue.id, { edit: state.editing });
  editor.show(cue.id);
  if (editor.player.paused) editor.player.seek(cue.start);
}

/** Go to the cue that is shown at the playhead, or the next one. @param {Editor} editor */
export function goToPlayhead(editor) {
  const cue = editor.store.cues[editor.store.view.firstAfter(editor.player.time)];
  if (!cue) return;
  editor.state.go(cue.id);
  editor.show(cue.id);
}

/** Play the current cue once. @param {Editor} editor */
export function playCue(editor) {
  const cue = editor.state.current;
  if (cue) editor.player.playRange(cue.start, cue.end, false);
}

/** Play the current cue again and again; a second time ends it. @param {Editor} editor */
export function loopCue(editor) {
  const cue = editor.state.current;
  if (editor.player.looping) editor.player.pause();
  else if (cue) editor.player.playRange(cue.start, cue.end, true);
}

/** End editing and edit the next cue. @param {Editor} editor */
export function doneAndNext(editor) {
  const next = editor.store.view.beside(editor.state.currentId ?? '', 1);
  if (!next) {
    leave(editor);
    return;
  }
  editor.state.go(next.id, { edit: true });
  editor.show(next.id);
  if (editor.player.paused) editor.player.seek(next.start);
}

/** Leave the text box, the search, or the selection. @param {Editor} editor */
export function leave(editor) {
  if (editor.waveform.cancelDrag()) return;
  if (editor.state.editing) editor.state.stopEditing();
  else editor.find.close();
  editor.list.focusCurrent();
}
