import init, { start_worker } from "./pkg/eddy.js";

const module = new URL("./pkg/eddy_bg.wasm", import.meta.url);
await init({ module_or_path: module });
start_worker();
postMessage("ready");
