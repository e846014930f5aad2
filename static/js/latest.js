// @ts-check
// Asking again and again while something moves: only the latest counts, and the older never holds it up for long.

/** Milliseconds that a request may take before a newer one takes its place. */
const PATIENCE = 250;

/**
 * @template Q, A
 * @param {(question: Q, signal: AbortSignal) => Promise<A>} ask
 * @param {(answer: A, question: Q, milliseconds: number) => void} show
 * @param {(error: unknown, question: Q) => void} fail
 * @returns {(question: Q) => void} asks; one request is under way at a time, and of those that wait the last is asked
 */
export function latest(ask, show, fail) {
  /** @type {AbortController | null} */
  let running = null;
  /** @type {{ question: Q } | null} */
  let next = null;
  let timer = 0;

  async function go() {
    while (next) {
      const { question } = next;
      next = null;
      const controller = new AbortController();
      running = controller;
      const began = performance.now();
      try {
        const answer = await ask(question, controller.signal);
        show(answer, question, performance.now() - began);
      } catch (error) {
        if (!controller.signal.aborted) fail(error, question);
      }
      window.clearTimeout(timer);
      timer = 0;
    }
    running = null;
  }

  return (question) => {
    next = { question };
    if (!running) void go();
    else if (!timer) timer = window.setTimeout(() => running?.abort(), PATIENCE);
  };
}
