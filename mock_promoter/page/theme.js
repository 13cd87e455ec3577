/** Light or dark: as the system says, until the user says otherwise. */

const NAME = "mock-promoter-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = localStorage.getItem(NAME);
  return chosen ? chosen === "dark" : system.matches;
}

function show() {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  document.getElementById("theme")?.setAttribute("aria-pressed", String(isDark()));
}

function toggle() {
  localStorage.setItem(NAME, isDark() ? "light" : "dark");
  show();
}

show();
system.addEventListener("change", show);
addEventListener("storage", show);
// The button may not be there yet: this runs before the page is painted.
document.addEventListener("DOMContentLoaded", show);
document.addEventListener("click", (event) => event.target.closest?.("#theme") && toggle());
