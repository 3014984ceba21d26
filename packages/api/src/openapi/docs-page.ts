import { listRoutes } from "../contract.ts";
import type { NamedRoute } from "../contract.ts";
import { problemCodes, problemFacts } from "../problem/codes.ts";
import { fullPath } from "../route.ts";
import { openapi } from "./openapi.ts";

/** The contract as one readable page: no script, its style sheet at `/api/docs.css`. */
export function docsPage(): string {
  const routes = listRoutes();
  const schemas = (openapi().components as { schemas: Record<string, unknown> }).schemas;
  const nouns = [...new Set(routes.map((named) => named.noun))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mainspring HTTP interface</title>
<link rel="stylesheet" href="/api/docs.css">
</head>
<body>
<header><h1>Mainspring HTTP interface</h1>
<p>JSON over HTTP, described for programs in <a href="/api/v1/openapi.json">OpenAPI 3.1</a>. Send <code>Authorization: Bearer &lt;api key&gt;</code>. Times are RFC 3339 in UTC; lists are <code>{items, nextCursor}</code>; every error is a problem document with a <code>code</code> of the <a href="#problems">list below</a>.</p>
<nav>${nouns.map((noun) => `<a href="#${noun}">${escape(noun)}</a>`).join(" ")} <a href="#problems">problems</a></nav></header>
<main>
${nouns
  .map(
    (noun) =>
      `<section id="${noun}"><h2>${escape(noun)}</h2>${routes
        .filter((named) => named.noun === noun)
        .map((named) => routeArticle(named, schemas))
        .join("")}</section>`,
  )
  .join("\n")}
<section id="problems"><h2>problems</h2><table><thead><tr><th>code</th><th>status</th><th>what it means</th><th>what to do</th></tr></thead><tbody>
${problemCodes().map(problemRow).join("\n")}
</tbody></table></section>
</main>
</body>
</html>
`;
}

function routeArticle({ id, route }: NamedRoute, schemas: Record<string, unknown>): string {
  const prefix = id
    .split(".")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
  const shapes = Object.entries(schemas).filter(
    ([name]) => name === `${prefix}Body` || name.startsWith(`${prefix}Reply`),
  );
  const query =
    route.query === undefined
      ? ""
      : `<p>Query: ${Object.keys(route.query.shape)
          .map((name) => `<code>${escape(name)}</code>`)
          .join(", ")}</p>`;
  const replies = Object.entries(route.replies)
    .map(([status, reply]) => `<li><b>${status}</b> ${escape(reply.doc)}</li>`)
    .join("");
  const errors = route.errors.map((code) => `<a href="#${code}"><code>${code}</code></a>`).join(", ");
  return `<article id="${id}"><h3><span class="method">${route.method}</span> <code>${escape(fullPath(route))}</code></h3>
<p>${escape(route.summary)}. <span class="role">${route.role}</span></p><p>${escape(route.doc)}</p>${query}<ul>${replies}</ul>${errors === "" ? "" : `<p>Problems: ${errors}</p>`}
${shapes.map(([name, schema]) => `<details><summary>${escape(name.slice(prefix.length))}</summary><pre>${escape(JSON.stringify(schema, null, 2))}</pre></details>`).join("")}</article>`;
}

function problemRow(code: string): string {
  const facts = problemFacts(code);
  return `<tr id="${code}"><td><code>${code}</code></td><td>${facts?.status ?? ""}</td><td><b>${escape(facts?.title ?? "")}.</b> ${escape(facts?.explanation ?? "")}</td><td>${escape(facts?.remedy ?? "")}</td></tr>`;
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

export const docsStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav a { margin-right: .75rem; }
article { border-top: 1px solid #8884; padding: .5rem 0; }
h3 { margin: .5rem 0; font-size: 1rem; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 4rem; font-weight: 700; }
.role { border: 1px solid #8888; border-radius: .5rem; padding: 0 .5rem; font-size: .85rem; }
pre { overflow-x: auto; font-size: .85rem; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
`;
