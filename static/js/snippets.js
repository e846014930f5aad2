// @ts-check
// The same run, started from elsewhere; app/pages/snippets.py writes the same texts for the first paint.

/**
 * @typedef {{ origin: string, lesson: string, token: boolean }} Place
 * @typedef {Record<string, unknown>} Params
 */

/**
 * @param {Place} place
 * @param {Params} params only those that differ from their defaults
 */
export function curl({ origin, lesson, token }, params) {
  const signIn = token ? '  -H "Authorization: Bearer $FITBOARD_TOKEN" \\\n' : "";
  const body = json(bodyOf(lesson, params)).replaceAll("'", "'\\''");
  return `curl ${origin}/api/v1/runs \\\n${signIn}  -H 'Content-Type: application/json' \\\n  -d '${body}'\n`;
}

/**
 * @param {Place} place
 * @param {Params} params
 */
export function python({ origin, lesson, token }, params) {
  const signIn = token ? ', "Authorization": "Bearer " + os.environ["FITBOARD_TOKEN"]' : "";
  return `import json
${token ? "import os\n" : ""}from urllib.request import Request, urlopen

body = ${json(bodyOf(lesson, params), true)}
request = Request(
    "${origin}/api/v1/runs",
    data=json.dumps(body).encode(),
    headers={"Content-Type": "application/json"${signIn}},
)
run = json.load(urlopen(request))
print(run["id"], run["status"])
`;
}

/**
 * @param {string} lesson
 * @param {Params} params
 */
export function command(lesson, params) {
  const flags = Object.entries(params).map(([name, value]) => {
    const flag = name.replaceAll("_", "-");
    if (typeof value === "boolean") return value ? `--${flag}` : `--no-${flag}`;
    return `--${flag} ${quoted(Array.isArray(value) ? value.join(",") : String(value))}`;
  });
  return `${[`fitboard run ${lesson}`, ...flags, "--follow"].join(" \\\n  ")}\n`;
}

/**
 * @param {string} lesson
 * @param {Params} params
 */
const bodyOf = (lesson, params) => (Object.keys(params).length ? { lesson, params } : { lesson });

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
