// @ts-check
// The only module that opens a WebSocket. It comes back by itself, and hands every event over once and in order.

/** @typedef {{ seq: number, type: string, time: string, data: any, run?: string }} RunEvent */

/**
 * @typedef {object} Watch
 * @property {string} path where the events are
 * @property {number | null} after the newest sequence number known, for a stream that replays; null for one that doesn't
 * @property {(event: RunEvent) => void} onEvent
 * @property {(seconds: number) => void} [onAway] the connection is lost; the next try is in so many seconds
 * @property {() => void} [onBack] the connection is there again
 * @property {() => void} [onDone] nothing more will come
 */

const DONE = 1000;
const TOO_SLOW = 4008;
const GONE = [4000, 4004];
const PATIENCE = 500;
const LONGEST = 8000;
const SLEPT = 15_000;

/**
 * Follow a stream of events until it is done.
 * @param {Watch} watch
 * @returns {{ retry: () => void }} ``retry`` tries at once
 */
export function follow(watch) {
  let seq = watch.after ?? 0;
  let failures = 0;
  let away = false;
  let over = false;
  let timer = 0;
  let heartbeat = Date.now();
  /** @type {WebSocket | null} */
  let socket = null;

  function open() {
    clearTimeout(timer);
    drop();
    const address = new URL(watch.path, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    if (watch.after !== null) address.searchParams.set("after", String(seq));
    const mine = new WebSocket(address);
    socket = mine;
    const slow = setTimeout(() => tellAway(0), PATIENCE);
    mine.onopen = () => {
      clearTimeout(slow);
      failures = 0;
      if (away) {
        away = false;
        watch.onBack?.();
      }
    };
    mine.onmessage = (message) => take(JSON.parse(message.data));
    mine.onclose = (close) => {
      clearTimeout(slow);
      if (mine !== socket) return;
      socket = null;
      if (over) return;
      if ((close.code === DONE && watch.after !== null) || GONE.includes(close.code)) finish();
      else if (close.code === TOO_SLOW) open();
      else later();
    };
  }

  /** @param {RunEvent} event */
  function take(event) {
    if (watch.after !== null) {
      if (event.seq <= seq) return;
      if (event.seq > seq + 1) {
        open(); // something is missing: ask for it again
        return;
      }
      seq = event.seq;
    }
    watch.onEvent(event);
  }

  function later() {
    const longest = Math.min(LONGEST, PATIENCE * 2 ** failures);
    const wait = longest * (0.5 + Math.random() / 2);
    failures += 1;
    tellAway(wait / 1000);
    timer = window.setTimeout(open, wait);
  }

  /** @param {number} seconds */
  function tellAway(seconds) {
    if (over) return;
    away = true;
    watch.onAway?.(seconds);
  }

  function drop() {
    const old = socket;
    socket = null;
    old?.close();
  }

  function finish() {
    over = true;
    clearInterval(pulse);
    if (away) watch.onBack?.();
    watch.onDone?.();
  }

  function retry() {
    if (!over && socket?.readyState !== WebSocket.OPEN) open();
  }

  // A machine that slept wakes with a socket that is dead and doesn't know it. A late tick tells.
  const pulse = setInterval(() => {
    const now = Date.now();
    if (now - heartbeat > SLEPT && !over) open();
    heartbeat = now;
  }, 5000);
  addEventListener("online", retry);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") retry();
  });

  open();
  return { retry };
}
