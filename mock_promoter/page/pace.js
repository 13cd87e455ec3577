/** Doing something again and again, but never twice at once and never too often. */

/** A task that takes an AbortSignal and is done at most once in a while. */
export class Pace {
  #task;
  #pause;
  #running = null;
  #isDue = false;

  constructor(task, pause) {
    this.#task = task;
    this.#pause = pause;
  }

  /** Do it at once, and forget what is under way. */
  now() {
    this.#running?.abort();
    this.#running = new AbortController();
    this.#isDue = false;
    return this.#run(this.#running.signal);
  }

  /** Do it as soon as the pace allows. */
  soon() {
    if (this.#running) this.#isDue = true;
    else this.now();
  }

  async #run(signal) {
    await this.#task(signal);
    await new Promise((resolve) => setTimeout(resolve, this.#pause));
    if (signal.aborted) return;
    this.#running = null;
    if (this.#isDue) this.now();
  }
}
