/** Telling the user what came of an action, by eye and by screen reader. */

const STAYS = 8_000;
const said = document.getElementById("said");
const complained = document.getElementById("complained");
let timer = 0;

/** Tell that something is done; goes away by itself. */
export function say(words) {
  hush();
  said.textContent = words;
  timer = setTimeout(hush, STAYS);
}

/** Tell that something went wrong; stays until something else is told, or it is clicked away. */
function complain(error) {
  hush();
  const details = (error.errors ?? []).map((one) => `${one.path}: ${one.message}`);
  // One error's path and message are the message already.
  complained.textContent = details.length > 1 ? `${error.message}\n${details.slice(1).join("\n")}` : error.message;
}

/** Do something; tell what it returns, or that it failed. Returns whether it was done. */
export async function act(doing) {
  try {
    const words = await doing();
    if (words) say(words);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** Take away what was told. */
export function hush() {
  clearTimeout(timer);
  said.textContent = complained.textContent = "";
}

complained.addEventListener("click", hush);
