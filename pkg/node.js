// The same module in Node, whose fetch does not read files.
import { readFile } from "node:fs/promises";
import init from "./eddy_lab.js";

export * from "./eddy_lab.js";

export default (module) =>
  init(module ?? { module_or_path: readFile(new URL("./eddy_lab_bg.wasm", import.meta.url)) });
