// What the types are to find: without an error in the line below it, each comment is one itself.
import { Lab, type LabEvent, type Snapshot } from "eddy-lab";

declare const event: LabEvent;
declare const lab: Lab;

// @ts-expect-error: a lab file has streams.
new Lab({ eddy: 1, features: [], lanes: [] });
// @ts-expect-error: there is no such engine.
new Lab({ eddy: 1, streams: [], features: [], lanes: [{ name: "a", model: { kind: "kmeans", engine: "storm", initial: { random: { seed: 1 } } } }] });
// @ts-expect-error: a record has a time.
lab.apply({ topic: "t", partition: 0, offset: 1, key: null, value: null });
// @ts-expect-error: only a version has centroids.
event.centroids;
// @ts-expect-error: there is no such field.
lab.snapshot({ axes: "x" });
if (event.event === "rejected") {
  const reason: string = event.reason;
  void reason;
}
const picture: Snapshot = lab.snapshot({ at: { version: 2 }, x: "price" });
const centroids: number[] = picture.stage.centroids;
void centroids;
