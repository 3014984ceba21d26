import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from "yaml";
import type { CST, Document, Node, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { definitionStepsMax } from "../definition/definition.ts";
import { shown } from "../definition/value.ts";
import { errors } from "../errors/errors.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import type { Intake } from "./intake.ts";
import { documentNestingMax, IntakeStopped } from "./intake.ts";
import { LineMap } from "./positions.ts";
import type { ReadDocument } from "./read-json.ts";
import { own } from "./read-json.ts";

/** Parts that aliases may add to a document: enough for any honest use, far from harm. */
const aliasNodesMax = 100_000;
const syntaxIssuesMax = 20;
const plainTags: ReadonlySet<string> = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((tag) => "tag:yaml.org,2002:" + tag),
);

/**
 * Reads YAML 1.2 (core schema) with the line of every part; aliases are written out.
 * @throws IntakeStopped when the syntax is broken, and beyond the limits; the intake has the issues
 */
export function readYaml(text: string, intake: Intake): ReadDocument {
  if (topSteps(text) > definitionStepsMax) {
    intake.stop(
      "DEFINITION_TOO_LARGE",
      "/steps",
      undefined,
      `The definition has more than ${definitionStepsMax} steps.`,
    );
  }
  const lines = new LineCounter();
  const document = compose(text, lines, intake);
  return new YamlReader(document, lines, intake).document();
}

/**
 * The number of steps in the outermost block, where that is a block list: known from the dashes, long before the text
 * has been parsed. 0 where it is written in another way.
 */
function topSteps(text: string): number {
  const list = /^steps:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*( *)-(?=\s)/m.exec(text);
  if (list === null) return 0;
  const dash = new RegExp(`^ {${(list[1] as string).length}}-(?=\\s)|^[^\\s#-]`, "gm");
  dash.lastIndex = list.index + list[0].length;
  let count = 1;
  for (let found = dash.exec(text); found !== null && found[0].endsWith("-"); found = dash.exec(text)) count += 1;
  return count;
}

function compose(text: string, lines: LineCounter, intake: Intake): Document.Parsed {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0); // the first line; otherwise only Parser.parse tells of it
  // The composer calls itself for each level, so depth is looked at while its input is made.
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > documentNestingMax) {
      intake.stop(
        "DEFINITION_TOO_LARGE",
        "",
        lineAt(lines, parser.offset),
        `This is nested more than ${documentNestingMax} deep.`,
      );
    }
  }
  for (const token of parser.end()) tokens.push(token);
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    uniqueKeys: false,
    prettyErrors: false,
    keepSourceTokens: false,
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  const document = documents[0] as Document.Parsed;
  for (const error of document.errors.slice(0, syntaxIssuesMax)) {
    // A line break belongs to the line that it ends, and what is wrong is behind it.
    const at = text[error.pos[0]] === "\n" ? error.pos[0] + 1 : error.pos[0];
    const line = lineAt(lines, Math.min(at, text.trimEnd().length));
    intake.add("YAML_SYNTAX", "", line, `Line ${line}: ${sentence(error.message)}`, syntaxRemedy(text, line));
  }
  if (document.errors.length > 0) throw new IntakeStopped("broken syntax");
  const second = documents[1];
  if (second !== undefined) {
    intake.stop(
      "YAML_NOT_PLAIN",
      "",
      lineAt(lines, second.range[0]),
      "A second document begins here (---); a definition is one document.",
    );
  }
  const { explicit, version } = document.directives.yaml;
  if (explicit === true && version !== "1.2")
    intake.stop("YAML_NOT_PLAIN", "", 1, `Definitions are YAML 1.2, and this asks for ${version}.`);
  return document;
}

/** What is most often wrong near an expression is that it has no quotes. */
function syntaxRemedy(text: string, line: number): string {
  const near = text.split("\n", line).slice(-2).join("\n");
  return /\$expr:[ \t]*[^\s'"|>]/.test(near)
    ? `Put the expression in quotes, as in { $expr: 'a = "b" ? 1 : 2' }. ${errors.YAML_SYNTAX.remedy}`
    : errors.YAML_SYNTAX.remedy;
}

function lineAt(lines: LineCounter, offset: number): number {
  return Math.max(1, lines.linePos(offset).line);
}

function sentence(message: string): string {
  const first = shown(message.split("\n")[0] ?? "");
  return /[.!?]$/.test(first) ? first : first + ".";
}

class YamlReader {
  readonly #document: Document.Parsed;
  readonly #counter: LineCounter;
  readonly #intake: Intake;
  readonly #lines = new LineMap();
  readonly #anchors = new Map<string, Node>();
  /** Anchored objects and lists whose inside is just being read: an alias of one would contain itself. */
  readonly #open = new Set<Node>();
  #aliasDepth = 0;
  #aliasNodes = 0;

  constructor(document: Document.Parsed, counter: LineCounter, intake: Intake) {
    this.#document = document;
    this.#counter = counter;
    this.#intake = intake;
  }

  document(): ReadDocument {
    const contents = this.#document.contents as ParsedNode | null;
    const line = this.#line(contents, 1);
    const value = this.#value(contents, "", 0, line);
    return { value, positions: this.#lines.positions(value, line) };
  }

  #value(node: Node | null, pointer: string, depth: number, line: number): Json {
    this.#intake.enter(depth, pointer, line);
    if (this.#aliasDepth > 0) {
      this.#aliasNodes += 1;
      if (this.#aliasNodes > aliasNodesMax)
        this.#intake.stop("YAML_ALIASES", pointer, line, "Aliases add too much to the definition.");
    }
    if (node === null) return null;
    if (isAlias(node)) return this.#alias(node.source, pointer, depth, line);
    const { anchor, tag } = node as Scalar | YAMLMap | YAMLSeq;
    if (anchor !== undefined && this.#aliasDepth === 0) this.#anchors.set(anchor, node);
    if (tag !== undefined && !plainTags.has(tag))
      this.#intake.add("YAML_NOT_PLAIN", pointer, line, `The tag ${shown(tag)} has no meaning in a definition.`);
    if (isMap(node)) return this.#map(node, pointer, depth);
    if (isSeq(node)) return this.#seq(node, pointer, depth, line);
    return isScalar(node) ? this.#scalar(node, pointer, line) : null;
  }

  #alias(name: string, pointer: string, depth: number, line: number): Json {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#intake.add(
        "YAML_NOT_PLAIN",
        pointer,
        line,
        `*${shown(name)} stands for nothing that was named &${shown(name)} before it.`,
      );
      return null;
    }
    if (this.#open.has(target)) {
      this.#intake.add("YAML_ALIASES", pointer, line, `*${shown(name)} stands inside of what it stands for.`);
      return null;
    }
    this.#aliasDepth += 1;
    const value = this.#value(target, pointer, depth, this.#line(target, line));
    this.#aliasDepth -= 1;
    return value;
  }

  #map(node: YAMLMap, pointer: string, depth: number): JsonObject {
    const members: JsonObject = {};
    const lines: { [key: string]: number } = {};
    const merges: { readonly value: Node | null; readonly at: string; readonly line: number }[] = [];
    this.#lines.set(members, lines);
    if (node.anchor !== undefined) this.#open.add(node);
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null;
      const line = this.#line(keyNode ?? (pair.value as Node | null), this.#line(node, 1));
      const key = this.#key(keyNode, pointer, line);
      if (key === undefined) continue;
      const at = pointer + pointerToken(key);
      if (key === "<<" && (keyNode as Scalar).type === "PLAIN") {
        merges.push({ value: pair.value as Node | null, at, line });
        continue;
      }
      this.#intake.key(key, at, line, Object.hasOwn(members, key));
      own(members, key, this.#value(pair.value as Node | null, at, depth + 1, line));
      own(lines, key, line);
    }
    for (const { value, at, line } of merges) this.#merge(members, lines, value, at, depth, line);
    this.#open.delete(node);
    return members;
  }

  /** Merging is refused. It is done all the same, so that nothing is said to be missing that the author has written. */
  #merge(
    members: JsonObject,
    lines: { [key: string]: number },
    node: Node | null,
    pointer: string,
    depth: number,
    line: number,
  ): void {
    this.#intake.add(
      "YAML_NOT_PLAIN",
      pointer,
      line,
      "Merging (<<) is no part of YAML 1.2.",
      "Write the merged members out, or give the whole value an anchor (&name) and use it again (*name).",
    );
    const merged = this.#value(node, pointer, depth + 1, line);
    for (const one of Array.isArray(merged) ? merged : [merged]) {
      if (typeof one !== "object" || one === null || Array.isArray(one)) continue;
      for (const [key, value] of Object.entries(one)) {
        if (Object.hasOwn(members, key)) continue;
        own(members, key, value);
        own(lines, key, line);
      }
    }
  }

  #seq(node: YAMLSeq, pointer: string, depth: number, seqLine: number): Json[] {
    const items: Json[] = [];
    const lines: number[] = [];
    this.#lines.set(items, lines);
    if (node.anchor !== undefined) this.#open.add(node);
    for (const item of node.items) {
      const line = this.#line(item as Node | null, lines.at(-1) ?? seqLine);
      lines.push(line);
      items.push(this.#value(item as Node | null, pointer + "/" + items.length, depth + 1, line));
    }
    this.#open.delete(node);
    return items;
  }

  #key(node: Node | null, pointer: string, line: number): string | undefined {
    if (isScalar(node) && node.value !== null) {
      if (typeof node.value === "string") return node.value;
      if (typeof node.source === "string") return node.source;
    }
    const message = isAlias(node) ? "A key cannot be an alias." : "A key is text.";
    this.#intake.add("YAML_NOT_PLAIN", pointer, line, message);
    return undefined;
  }

  #scalar(node: Scalar, pointer: string, line: number): Json {
    const { value } = node;
    switch (typeof value) {
      case "string":
        this.#intake.text(value, pointer, line);
        return value;
      case "number":
        this.#intake.number(value, typeof node.source === "string" ? node.source : String(value), pointer, line);
        return Number.isFinite(value) ? value : null;
      case "boolean":
        return value;
      default:
        return null;
    }
  }

  #line(node: Node | null | undefined, otherwise: number): number {
    const start = node?.range?.[0];
    return start === undefined ? otherwise : lineAt(this.#counter, start);
  }
}
