// Reads TTML files with imsc.js and prints a JSON object for each: the intervals in which text is shown, and the problems.
const path = require("path"), fs = require("fs");
const root = path.resolve(process.argv[2], "src", "main", "js");
const { fromXML } = require(path.join(root, "doc.js")), { generateISD } = require(path.join(root, "isd.js"));
function textOf(e) {
  if (e.kind === "br") return "\n";
  return (e.text || "") + (e.contents || []).map(textOf).join("");
}
for (const file of process.argv.slice(3)) {
  const problems = [];
  const handler = { info: () => false, warn: m => { problems.push(m); return false; }, error: m => { problems.push(m); return false; }, fatal: m => { problems.push(m); return true; } };
  const document = fromXML(fs.readFileSync(file, "utf-8"), handler);
  const times = document.getMediaTimeEvents();
  const shown = [];
  times.forEach((start, i) => {
    const isd = generateISD(document, start, handler);
    const text = isd.contents.map(r => r.contents.map(textOf).join("")).filter(t => t.trim()).join("\n");
    if (text.trim() && i + 1 < times.length) shown.push([start, times[i + 1], text]);
  });
  console.log(JSON.stringify({ shown, problems }));
}
