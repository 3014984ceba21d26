import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";

/** An object that a chart makes. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

interface Scope {
  readonly dot: unknown;
  readonly names: ReadonlyMap<string, unknown>;
}

type Render = (scope: Scope) => string;

/**
 * The objects of our chart, without Helm: its templates hold to a few of Helm's constructs, and whatever else is an error here.
 * @param values as `values.yaml` and whoever installs it say
 */
export function renderChart(folder: string, values: object, release: string): Manifest[] {
  const chart = parseAllDocuments(readFileSync(join(folder, "Chart.yaml"), "utf8"))[0]?.toJS() as {
    appVersion: string;
  };
  const defined = new Map<string, Render>();
  const files = globSync("templates/*.{tpl,yaml}", { cwd: folder }).sort();
  const renders = files.map((file) => ({
    name: basename(file),
    render: template(readFileSync(join(folder, file), "utf8"), defined),
  }));
  const dot = { Values: values, Release: { Name: release }, Chart: { AppVersion: chart.appVersion } };
  return renders
    .filter(({ name }) => name.endsWith(".yaml"))
    .flatMap(({ name, render }) =>
      parseAllDocuments(render({ dot, names: new Map() })).map((document) => {
        if (document.errors.length > 0) throw new Error(`${name}: ${document.errors[0]?.message}`);
        return document.toJS() as Manifest;
      }),
    );
}

function template(text: string, defined: Map<string, Render>): Render {
  const tokens = [...text.matchAll(/\{\{(-?)\s*(.*?)\s*(-?)\}\}/gs)];
  const pieces: { readonly text: string; readonly action?: string }[] = [];
  let from = 0;
  let trims = false;
  for (const token of tokens) {
    const [all, trimsBefore = "", action = "", trimsAfter = ""] = token;
    const before = text.slice(from, token.index);
    const trimmed = trims ? before.trimStart() : before;
    pieces.push({ text: trimsBefore === "" ? trimmed : trimmed.trimEnd() }, { text: "", action });
    from = token.index + all.length;
    trims = trimsAfter !== "";
  }
  const rest = text.slice(from);
  pieces.push({ text: trims ? rest.trimStart() : rest });

  let at = 0;
  const block = (): Render => {
    const parts: Render[] = [];
    while (at < pieces.length) {
      const piece = pieces[at] as (typeof pieces)[number];
      at += 1;
      if (piece.action === undefined) {
        parts.push(() => piece.text);
        continue;
      }
      if (piece.action === "end") break;
      const [word = "", ...others] = piece.action.split(" ");
      const about = others.join(" ");
      if (word === "define") defined.set(JSON.parse(about) as string, block());
      else if (word === "if" || word === "with" || word === "range")
        parts.push(conditional(word, about, block(), defined));
      else {
        const given = piece.action;
        parts.push((scope) => String(evaluate(given, scope, defined)));
      }
    }
    return (scope) => parts.map((part) => part(scope)).join("");
  };
  return block();
}

function conditional(word: "if" | "with" | "range", about: string, body: Render, defined: Map<string, Render>): Render {
  if (word !== "range")
    return (scope) => {
      const value = evaluate(about, scope, defined);
      return isEmpty(value) ? "" : body(word === "with" ? { ...scope, dot: value } : scope);
    };
  const named = /^\$(\w+), \$(\w+) := (.+)$/.exec(about);
  if (named === null) throw new Error(`the chart has a range that is not read here: ${about}`);
  const [, key = "", item = "", of = ""] = named;
  return (scope) =>
    Object.entries(evaluate(of, scope, defined) as object)
      .map(([name, dot]) => body({ dot, names: new Map([...scope.names, [key, name], [item, dot]]) }))
      .join("");
}

function evaluate(text: string, scope: Scope, defined: Map<string, Render>): unknown {
  const [first = "", ...filters] = text.split(" | ");
  let value = call(first, scope, defined);
  for (const filter of filters) {
    const [name, argument = ""] = filter.split(" ");
    if (name === "quote") value = JSON.stringify(String(value));
    else if (name === "default") value = isEmpty(value) ? call(argument, scope, defined) : value;
    else if (name === "nindent") value = `\n${String(value)}`.replaceAll("\n", `\n${" ".repeat(Number(argument))}`);
    else throw new Error(`the chart has a function that is not read here: ${filter}`);
  }
  return value;
}

function call(text: string, scope: Scope, defined: Map<string, Render>): unknown {
  const included = /^include "([^"]+)" (?:\(dict "root" \. "of" "(\w+)"\)|\.)$/.exec(text);
  if (included !== null) {
    const [, name = "", of] = included;
    const render = defined.get(name);
    if (render === undefined) throw new Error(`the chart includes ${name}, which it does not define`);
    return render(of === undefined ? scope : { ...scope, dot: { root: scope.dot, of } });
  }
  if (text.startsWith("toYaml ")) return stringify(call(text.slice("toYaml ".length), scope, defined)).trimEnd();
  if (text.startsWith("$")) return scope.names.get(text.slice(1));
  if (!/^\.[\w.]*$/.test(text)) throw new Error(`the chart has an expression that is not read here: ${text}`);
  let value = scope.dot;
  for (const name of text.split(".").filter((part) => part !== "")) {
    if (typeof value !== "object" || value === null || !(name in value)) throw new Error(`there is no ${text}`);
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "" || value === false || value === 0;
}
