// @ts-check
// The same run, started from elsewhere; app/pages/snippets.py writes the same texts for the first paint.

/**
 * @typedef {{ origin: string, lesson: string, token: boolean }} Place
 * @typedef {Record<string, unknown>} Params
 * @typedef {Record<string, unknown[]>} Grid
 */

/**
 * @param {Place} place
 * @param {Params} params only those that differ from their defaults
 * @param {Grid} [grid] the values of fields of which several are tried
 */
export function curl({ origin, lesson, token }, params, grid = {}) {
  const signIn = token ? '  -H "Authorization: Bearer $FITBOARD_TOKEN" \\\n' : "";
  const body = json(bodyOf(lesson, params, grid)).replaceAll("'", "'\\''");
  return `curl ${origin}/api/v1/${made(grid)}s \\\n${signIn}  -H 'Content-Type: application/json' \\\n  -d '${body}'\n`;
}

/**
 * @param {Place} place
 * @param {Params} params
 * @param {Grid} [grid]
 */
export function python({ origin, lesson, token }, params, grid = {}) {
  const signIn = token ? ', "Authorization": "Bearer " + os.environ["FITBOARD_TOKEN"]' : "";
  return `import json
${token ? "import os\n" : ""}from urllib.request import Request, urlopen

body = ${json(bodyOf(lesson, params, grid), true)}
request = Request(
    "${origin}/api/v1/${made(grid)}s",
    data=json.dumps(body).encode(),
    headers={"Content-Type": "application/json"${signIn}},
)
${made(grid)} = json.load(urlopen(request))
${made(grid) === "run" ? 'print(run["id"], run["status"])' : 'print(sweep["id"], sweep["statuses"])'}
`;
}

/**
 * @param {string} lesson
 * @param {Params} params
 * @param {Grid} [grid]
 */
export function command(lesson, params, grid = {}) {
  const flags = Object.entries(params).map(([name, value]) => {
    const flag = name.replaceAll("_", "-");
    if (typeof value === "boolean") return value ? `--${flag}` : `--no-${flag}`;
    return `--${flag} ${quoted(Array.isArray(value) ? value.join(",") : String(value))}`;
  });
  for (const [name, values] of Object.entries(grid)) {
    const plain = values.every((value) => typeof value === "number" || typeof value === "boolean");
    flags.push(`--try ${quoted(`${name}=${values.map(String).join(plain ? "," : ";")}`)}`);
  }
  return `${[`fitboard ${made(grid)} ${lesson}`, ...flags, "--follow"].join(" \\\n  ")}\n`;
}

/**
 * What the call makes.
 * @param {Grid} grid
 */
const made = (grid) => (Object.keys(grid).length ? "sweep" : "run");

/**
 * @param {string} lesson
 * @param {Params} params
 * @param {Grid} grid
 */
const bodyOf = (lesson, params, grid) => ({
  lesson,
  ...(Object.keys(params).length && { params }),
  ...(Object.keys(grid).length && { grid }),
});

/** @param {string} text */
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`);

/**
 * JSON with a space after each comma and colon; or the same as Python writes it.
 * @param {unknown} value
 * @param {boolean} [asPython]
 * @returns {string}
 */
function json(value, asPython = false) {
  if (Array.isArray(value)) return `[${value.map((part) => json(part, asPython)).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    const parts = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${json(part, asPython)}`);
    return `{${parts.join(", ")}}`;
  }
  if (asPython && (value === null || typeof value === "boolean")) {
    return value === null ? "None" : value ? "True" : "False";
  }
  return JSON.stringify(value);
}
