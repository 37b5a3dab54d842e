import init, { start_worker } from "./pkg/eddy.js";

await init();
start_worker();
postMessage("ready");
