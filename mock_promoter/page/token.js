/** The control token: asked for when the mock wants one, kept for as long as the tab is open. */

const NAME = "mock-promoter-token";
const dialog = document.getElementById("token");
const wrong = document.getElementById("token-wrong");

let asked = null;

/** Return the header that shows the token; none where none was asked for. */
export function tokenHeader() {
  const token = sessionStorage.getItem(NAME);
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Ask for the token, once for all who wait for it; `used` is the header that was refused. */
export async function askToken(used) {
  // Another call may have asked while this one was under way.
  if (used.authorization !== tokenHeader().authorization) return;
  asked ??= ask(used);
  await asked;
}

function ask(used) {
  wrong.textContent = used.authorization ? "That is not the token of this mock." : "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.querySelector("form").onsubmit = (event) => {
      event.preventDefault();
      keep(event.target);
      resolve();
    };
  });
}

function keep(form) {
  sessionStorage.setItem(NAME, new FormData(form).get("token"));
  form.reset();
  asked = null;
  dialog.close();
}

// Without the token there is nothing to see: Escape, once or twice, leaves the question where it is.
dialog.addEventListener("cancel", (event) => event.preventDefault());
dialog.addEventListener("close", () => asked && dialog.showModal());
