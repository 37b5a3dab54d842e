// Before the first paint, so that the colours do not flash: the chosen theme, or the system's.
let theme = null;
try {
  theme = localStorage.getItem("eddy.theme");
} catch { /* storage is switched off: the system's theme holds */ }
if (theme !== "light" && theme !== "dark") theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
document.documentElement.dataset.theme = theme;
