/**
 * The values that the page shares with the server, as its JSON has them. Times are in seconds.
 *
 * @typedef {{id: string, start: number, end: number, text: string, confidence: number | null,
 *   source: 'asr' | 'aligned' | 'interpolated' | 'human'}} Word
 *   A word of a cue; its text has the space before it. Joined, the words spell the text of the cue.
 *
 * @typedef {{id: string, start: number, end: number, text: string, speaker: string | null, locked: boolean,
 *   words: readonly Word[], doubts: readonly string[], styles?: readonly Style[], position?: unknown}} Cue
 *   Cues are never changed, only replaced. `doubts` are "CODE: detail".
 *
 * @typedef {{first: number, last: number, italic?: boolean, bold?: boolean, underline?: boolean,
 *   color?: string | null}} Style  The style of a range of code points.
 *
 * @typedef {{start: number, end: number, status: string, reason: string | null,
 *   suspected?: string | null}} Region  A speech region and its result.
 *
 * @typedef {{width: number, lines: number, cps: number, wpm: number | null, minimum_duration: number,
 *   maximum_duration: number, gap: number, gap_frames?: number | null, chain: number, narrow?: number, wide_punctuation?: boolean, frame_rate?: number}} Rules
 *   The numbers of a profile. The page adds the frame rate, where it is known.
 *
 * @typedef {{revision: number, language: string | null, profile: string, frame_rate: string | null,
 *   duration: number, cues: Cue[], regions: Region[], speakers: string[], profile_rules: Rules,
 *   file?: {path: string, name: string, saved: number} | null}} DocumentJson  `file` is that of `captioner edit`.
 *
 * @typedef {{op: 'setText', cue: string, text: string, words?: readonly Word[], styles?: readonly Style[]}
 *   | {op: 'setTimes', cue: string, start: number, end: number}
 *   | {op: 'split', cue: string, at: number, new: string}
 *   | {op: 'merge', cue: string, next: string}
 *   | {op: 'insert', cue: Cue}
 *   | {op: 'delete', cue: string}
 *   | {op: 'moveWords', from: string, to: string, count: number}
 *   | {op: 'setSpeaker', cue: string, speaker: string | null}
 *   | {op: 'setLock', cue: string, locked: boolean}
 *   | {op: 'setDoubts', cue: string, doubts: readonly string[]}
 *   | {op: 'setBorder', left: string, right: string, time: number}
 *   | {op: 'replaceCues', remove: readonly string[], insert: readonly Cue[]}} Operation
 *
 * @typedef {Operation & {cues: Cue[], removed: string[], inverse: Operation[]}} AppliedOperation
 *   An operation as the server applied it: the cues that it changed or made, and the ids of those it removed.
 *
 * @typedef {{id: string, kind: 'caption' | 'burn' | 'mux', name: string,
 *   state: 'waiting' | 'running' | 'done' | 'lost' | 'failed' | 'cancelled', created: number,
 *   started: number | null, finished: number | null, progress: Progress, cues: number, lost_regions: number,
 *   error: string | null, language: string | null, profile: string | null, backend: string | null,
 *   from: string | null, has_media: boolean, has_video: boolean, results: string[]}} Job
 *
 * @typedef {{done: number, duration: number | null, speed: number | null, left: number | null}} Progress
 *
 * @typedef {{keys: boolean, read_only: boolean, job: string | null, backend: string | null,
 *   profile: string | null}} Session
 */
export {};
