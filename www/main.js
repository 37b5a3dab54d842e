import init, { start_page } from "./pkg/eddy.js";

const module = new URL("./pkg/eddy_bg.wasm", import.meta.url);
const worker = new Worker("./worker.js", { type: "module" });
// The worker's first message says that it listens.
const ready = new Promise((resolve, reject) => {
  worker.addEventListener("message", resolve, { once: true });
  worker.addEventListener("error", reject, { once: true });
});
try {
  await Promise.all([init({ module_or_path: module }), ready]);
  await start_page(worker);
} catch (error) {
  // Nothing else can say it now.
  document.getElementById("connection").dataset.state = "failed";
  document.getElementById("connection-state").textContent = "Failed";
  document.getElementById("connection-detail").textContent = `the page did not load: ${error?.message ?? error}`;
  throw error;
}
