// Every case of cases.json: line by line, entry by entry, and on from a checkpoint in the middle.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import init, { Lab } from "eddy-lab";

await init();

const cases = JSON.parse(readFileSync("cases.json", "utf8"));
for (const { name, lab: labFile, lines, events, refused } of cases) {
  if (refused) {
    assert.throws(() => new Lab(labFile), (error) => error instanceof Error && error.message.startsWith("lab file: "), name);
    continue;
  }
  const inputs = lines.trimEnd().split("\n");

  const byLine = new Lab(labFile);
  const told = byLine.events();
  for (const line of inputs) told.push(...byLine.line(line));
  told.push(...byLine.finish());
  assert.deepEqual(told, events, `${name}, by line`);

  const half = new Lab(labFile);
  const toldInTwo = half.events();
  const middle = Math.floor(inputs.length / 2);
  for (const line of inputs.slice(0, middle)) toldInTwo.push(...half.apply(JSON.parse(line)));
  const resumed = Lab.resume(labFile, half.checkpoint());
  for (const line of inputs.slice(middle)) toldInTwo.push(...resumed.apply(JSON.parse(line)));
  toldInTwo.push(...resumed.finish());
  assert.deepEqual(toldInTwo, events, `${name}, on from a checkpoint`);

  for (const lane of JSON.parse(labFile).lanes) {
    const picture = byLine.snapshot({ lane: lane.name, at: { version: 1 } });
    assert.equal(picture.lanes[picture.lane].name, lane.name);
    assert.equal(byLine.snapshot({ lane: lane.name }).versions, byLine.versions[lane.name], name);
  }
}

const lab = new Lab(cases.find((one) => !one.refused).lab);
assert.throws(() => lab.apply({}), /^Error: record: is none/);
assert.throws(() => lab.apply(undefined), /^Error: record: is nothing that JSON can hold/);
assert.throws(() => lab.apply({ topic: "t", partition: 0, offset: 1, key: null, value: null }), /missing field `timestamp_ms`/);
assert.throws(() => lab.predict("nobody", []), /^Error: predict: no lane is called "nobody"/);
assert.throws(() => lab.snapshot({ lane: "nobody" }), /^Error: snapshot: lane: there is no lane "nobody"/);
assert.throws(() => Lab.resume("{}", "{}"), /^Error: checkpoint: has no field eddy_checkpoint/);
assert.throws(() => new Lab({ eddy: 1 }), /^Error: lab file: missing field `streams`/);
console.log(`${cases.length} cases`);
