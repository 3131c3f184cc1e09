// Reads WebVTT files with vtt.js and prints a JSON list with the cues of each file as [start, end, text].
const path = require("path"), fs = require("fs");
globalThis.navigator ??= { userAgent: "" }; // vtt.js reads it while it is loaded
const { WebVTT, VTTCue, VTTRegion } = require(path.resolve(process.argv[2]));
const read = process.argv.slice(3).map(file => {
  const parser = new WebVTT.Parser({ VTTCue, VTTRegion }, WebVTT.StringDecoder());
  const cues = [];
  parser.oncue = cue => cues.push([cue.startTime, cue.endTime, cue.text]);
  parser.onparsingerror = () => {}; // it does not know style sheets, and continues after them
  parser.parse(fs.readFileSync(file, "utf-8"));
  parser.flush();
  return cues;
});
console.log(JSON.stringify(read));
