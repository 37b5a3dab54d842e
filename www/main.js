import init, { start_page } from "./pkg/eddy.js";

const worker = new Worker("./worker.js", { type: "module" });
// The worker's first message says that it listens.
const ready = new Promise((resolve) => worker.addEventListener("message", resolve, { once: true }));
await Promise.all([init(), ready]);
start_page(worker);
