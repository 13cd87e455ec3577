/** Going back to the start, after a question. */

import { call } from "./api.js";
import { place } from "./place.js";
import { act } from "./say.js";

const dialog = document.getElementById("reset");
const scope = document.getElementById("reset-scope");

function ask() {
  const { account } = place();
  scope.textContent = account ? `This concerns account ${account}.` : "This concerns every account of the mock.";
  dialog.showModal();
}

async function reset(event) {
  event.preventDefault();
  const what = new FormData(event.target).getAll("what");
  dialog.close();
  await act(() => back(what));
}

async function back(what) {
  if (!what.length) return "Nothing was chosen: nothing is reset.";
  await call("POST", "/reset", { body: { what } });
  return `Reset: ${what.join(", ")}.`;
}

document.getElementById("open-reset").addEventListener("click", ask);
dialog.querySelector("form").addEventListener("submit", reset);
