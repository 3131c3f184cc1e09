/** @import {Editor} from './editor_view.js' */
/** @import {TextKey} from '../shared/language.js' */
import * as edit from './cue_commands.js';
import * as go from './navigation_commands.js';

/**
 * @typedef {{id: string, label: TextKey, group: 'play' | 'move' | 'text' | 'time' | 'document', list?: readonly string[],
 *   text?: readonly string[], run: (editor: Editor) => void | boolean, edits?: boolean}} Command
 *   `list` and `text` are its keys while the list or the timeline, and while a text box has the focus. A command that
 *   returns false leaves the key to the browser. `edits` marks those that a read-only document lacks.
 */

/** All commands. The keys follow what caption editors share; docs/editor.md names them. @type {readonly Command[]} */
export const COMMANDS = [
  { id: 'play', label: 'command.play', group: 'play', list: ['Space'], text: ['Alt+K'], run: (editor) => editor.player.toggle() },
  { id: 'back', label: 'command.back', group: 'play', list: ['Left'], text: ['Alt+J'], run: (editor) => editor.player.skip(-1) },
  { id: 'forward', label: 'command.forward', group: 'play', list: ['Right'], text: ['Alt+L'], run: (editor) => editor.player.skip(1) },
  { id: 'frame-back', label: 'command.frameBack', group: 'play', list: [','], run: (editor) => editor.player.step(-1) },
  { id: 'frame-forward', label: 'command.frameForward', group: 'play', list: ['.'], run: (editor) => editor.player.step(1) },
  { id: 'play-cue', label: 'command.playCue', group: 'play', list: ['P'], text: ['Alt+P'], run: go.playCue },
  { id: 'loop-cue', label: 'command.loopCue', group: 'play', list: ['Shift+P'], text: ['Alt+Shift+P'], run: go.loopCue },
  { id: 'slower', label: 'command.slower', group: 'play', list: ['<'], text: ['Alt+-'], run: (editor) => editor.player.changeSpeed(-1) },
  { id: 'faster', label: 'command.faster', group: 'play', list: ['>'], text: ['Alt+='], run: (editor) => editor.player.changeSpeed(1) },
  { id: 'zoom-in', label: 'command.zoomIn', group: 'play', list: ['+', '='], run: (editor) => editor.waveform.zoom(1.5) },
  { id: 'zoom-out', label: 'command.zoomOut', group: 'play', list: ['-'], run: (editor) => editor.waveform.zoom(1 / 1.5) },

  { id: 'previous', label: 'command.previous', group: 'move', list: ['Up'], text: ['Alt+Up'], run: (editor) => go.goBeside(editor, -1) },
  { id: 'next', label: 'command.next', group: 'move', list: ['Down'], text: ['Alt+Down'], run: (editor) => go.goBeside(editor, 1) },
  { id: 'page-up', label: 'command.pageUp', group: 'move', list: ['PageUp'], run: (editor) => go.goBeside(editor, -10) },
  { id: 'page-down', label: 'command.pageDown', group: 'move', list: ['PageDown'], run: (editor) => go.goBeside(editor, 10) },
  { id: 'first', label: 'command.first', group: 'move', list: ['Home'], run: (editor) => go.goBeside(editor, -Infinity) },
  { id: 'last', label: 'command.last', group: 'move', list: ['End'], run: (editor) => go.goBeside(editor, Infinity) },
  { id: 'to-playhead', label: 'command.toPlayhead', group: 'move', list: ['C'], run: go.goToPlayhead },
  { id: 'next-doubt', label: 'command.nextDoubt', group: 'move', list: ['N'], run: (editor) => editor.review.move(1) },
  { id: 'previous-doubt', label: 'command.previousDoubt', group: 'move', list: ['Shift+N'], run: (editor) => editor.review.move(-1) },
  { id: 'checked', label: 'command.checked', group: 'move', list: ['Alt+Enter'], text: ['Alt+Enter'], edits: true, run: (editor) => editor.review.checked() },

  { id: 'edit', label: 'command.edit', group: 'text', list: ['Enter', 'F2'], edits: true, run: (editor) => editor.state.go(editor.state.currentId, { edit: true }) },
  { id: 'done', label: 'command.done', group: 'text', text: ['Enter'], run: go.doneAndNext },
  { id: 'leave', label: 'command.leave', group: 'text', text: ['Esc'], list: ['Esc'], run: go.leave },
  { id: 'split', label: 'command.split', group: 'text', list: ['S'], text: ['Mod+Enter'], edits: true, run: edit.split },
  { id: 'merge', label: 'command.merge', group: 'text', list: ['M'], edits: true, run: edit.mergeWithNext },
  { id: 'merge-back', label: 'command.mergeBack', group: 'text', text: ['Backspace'], edits: true, run: edit.mergeAtStart },
  { id: 'merge-on', label: 'command.mergeOn', group: 'text', text: ['Delete'], edits: true, run: edit.mergeAtEnd },
  { id: 'word-up', label: 'command.wordUp', group: 'text', list: ['Shift+Up'], text: ['Alt+Shift+Up'], edits: true, run: (editor) => edit.moveWord(editor, -1) },
  { id: 'word-down', label: 'command.wordDown', group: 'text', list: ['Shift+Down'], text: ['Alt+Shift+Down'], edits: true, run: (editor) => edit.moveWord(editor, 1) },
  { id: 'insert', label: 'command.insert', group: 'text', list: ['A'], edits: true, run: edit.insertCue },
  { id: 'delete', label: 'command.delete', group: 'text', list: ['Delete'], edits: true, run: edit.deleteCues },

  { id: 'start-here', label: 'command.startHere', group: 'time', list: ['I'], text: ['Alt+Shift+J'], edits: true, run: (editor) => edit.edgeHere(editor, 'start') },
  { id: 'end-here', label: 'command.endHere', group: 'time', list: ['O'], text: ['Alt+Shift+L'], edits: true, run: (editor) => edit.edgeHere(editor, 'end') },
  { id: 'start-earlier', label: 'command.startEarlier', group: 'time', list: ['Q'], edits: true, run: (editor) => edit.nudge(editor, 'start', -1) },
  { id: 'start-later', label: 'command.startLater', group: 'time', list: ['W'], edits: true, run: (editor) => edit.nudge(editor, 'start', 1) },
  { id: 'end-earlier', label: 'command.endEarlier', group: 'time', list: ['E'], edits: true, run: (editor) => edit.nudge(editor, 'end', -1) },
  { id: 'end-later', label: 'command.endLater', group: 'time', list: ['R'], edits: true, run: (editor) => edit.nudge(editor, 'end', 1) },
  { id: 'lock', label: 'command.lock', group: 'time', list: ['L'], edits: true, run: edit.toggleLock },

  { id: 'undo', label: 'command.undo', group: 'document', list: ['Mod+Z'], text: ['Mod+Z'], edits: true, run: (editor) => edit.undo(editor, 'done') },
  { id: 'redo', label: 'command.redo', group: 'document', list: ['Mod+Y', 'Mod+Shift+Z'], text: ['Mod+Y', 'Mod+Shift+Z'], edits: true, run: (editor) => edit.undo(editor, 'undone') },
  { id: 'find', label: 'command.find', group: 'document', list: ['Mod+F', '/'], text: ['Mod+F'], run: (editor) => editor.find.open(false) },
  { id: 'replace', label: 'command.replace', group: 'document', list: ['Mod+H'], text: ['Mod+H'], edits: true, run: (editor) => editor.find.open(true) },
  { id: 'save', label: 'command.save', group: 'document', list: ['Mod+S'], text: ['Mod+S'], run: (editor) => editor.saveNow() },
  { id: 'help', label: 'command.help', group: 'document', list: ['?'], text: ['Mod+/'], run: (editor) => editor.showHelp() },
];

export const GROUPS = /** @type {const} */ (['play', 'move', 'text', 'time', 'document']);
