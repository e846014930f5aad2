// @ts-check
// Calls of the REST API, and its errors as the server words them.

/** @typedef {{ pointer: string, code: string, detail: string }} FieldError */

/** An error that the server answered, or that it didn't answer at all (status 0). */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} title
   * @param {string} detail
   * @param {FieldError[]} errors
   */
  constructor(status, title, detail, errors = []) {
    super(detail);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
  }
}

/**
 * Call the API and answer its JSON (null where there is none).
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {{ headers?: Record<string, string>, signal?: AbortSignal }} [options]
 * @returns {Promise<any>}
 */
export async function call(method, path, body, options = {}) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, {
      method,
      signal: options.signal,
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...options.headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, "The server does not answer", "See that Fitboard still runs, then try again. Nothing you typed is lost.");
  }
  const text = await response.text();
  const json = text && response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : null;
  if (response.ok) return json;
  throw new Problem(
    response.status,
    json?.title ?? "Something went wrong",
    json?.detail ?? `The server answered ${response.status}.`,
    json?.errors ?? [],
  );
}
