// Stands in for the systems that an example calls, so that the example can be run by hand:
//   node examples/stand-in.mjs money-transfer [port, 4010 when left out]
// It answers what the example's stand-in.json says and prints every request with its Idempotency-Key.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [example = "", portText = "4010"] = process.argv.slice(2);
/** `"POST /bills"` or `"GET /sessions/:id"` to one answer, or a list of answers in turn, whose last one stays. */
const answers = JSON.parse(readFileSync(new URL(`./${example}/stand-in.json`, import.meta.url), "utf8"));
/** The first answer of each key: a request that comes again under its key gets it again and counts no further. */
const known = new Map();
const asked = new Map();

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  const path = new URL(request.url ?? "/", "http://stand-in").pathname;
  const key = request.headers["idempotency-key"];
  const again = key !== undefined && known.has(key);
  const { status = 200, headers = {}, body } = again ? known.get(key) : answerTo(request.method, path, parsed(text));
  if (key !== undefined && !again && status < 400) known.set(key, { status, headers, body });
  const underKey = key === undefined ? "" : `, key ${key}${again ? ", known" : ""}`;
  say(`${request.method} ${path} ${text}\n    ${status}${underKey}`);
  response.writeHead(status, { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}).listen(Number(portText), "127.0.0.1", () => {
  say(`Stands in for what ${example} calls, at http://127.0.0.1:${portText}`);
});

function say(line) {
  process.stdout.write(line + "\n");
}

function answerTo(method, path, given) {
  const found = Object.keys(answers).find((route) => fits(route, `${method} ${path}`));
  if (found === undefined) return { status: 404, body: { reason: `stand-in.json has no answer to ${method} ${path}` } };
  const turns = [answers[found]].flat();
  const turn = asked.get(found) ?? 0;
  asked.set(found, turn + 1);
  return filled(turns[Math.min(turn, turns.length - 1)], given);
}

function fits(route, request) {
  const parts = request.split("/");
  const wanted = route.split("/");
  return wanted.length === parts.length && wanted.every((part, i) => part.startsWith(":") || part === parts[i]);
}

/** `{place}` in an answer is the member `place` of the request's body. */
function filled(answer, given) {
  return JSON.parse(JSON.stringify(answer).replace(/\{(\w+)\}/g, (whole, name) => String(given?.[name] ?? whole)));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
