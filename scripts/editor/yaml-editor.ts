// A YAML language server, and of an editor just what asks it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../checks.ts";

export interface YamlEditor {
  /** Labels of what is offered where `|` stands in the text. */
  completions(text: string): Promise<string[]>;
  /** What is marked in the text: `line: message`, lines from 1. */
  problems(text: string): Promise<string[]>;
  /** What is shown for the word at `|`. */
  hover(text: string): Promise<string>;
  close(): Promise<void>;
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/**
 * Starts `yaml-language-server` with nothing but the schema that a document names in its first line.
 * @param schemaFile in packages/core
 */
export async function openYamlEditor(schemaFile = "mainspring.schema.json"): Promise<YamlEditor> {
  const program = join(root, "node_modules/yaml-language-server/bin/yaml-language-server");
  const connection = new Connection(
    spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  await connection.ask("initialize", {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: null,
    capabilities: {
      workspace: { configuration: true },
      textDocument: { completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown"] } } },
    },
  });
  connection.tell("initialized", {});
  let opened = 0;
  const open = (text: string): { readonly uri: string; readonly position: { line: number; character: number } } => {
    opened += 1;
    const schema = pathToFileURL(join(root, "packages/core", schemaFile)).href;
    const [before = "", after = ""] = text.split("|");
    const lines = `# yaml-language-server: $schema=${schema}\n${before}`.split("\n");
    const uri = `file:///workflows/example-${opened}.flow.yaml`;
    const document = { uri, languageId: "yaml", version: 1, text: `${lines.join("\n")}${after}` };
    connection.tell("textDocument/didOpen", { textDocument: document });
    return { uri, position: { line: lines.length - 1, character: (lines.at(-1) as string).length } };
  };
  return {
    async completions(text) {
      const { uri, position } = open(text);
      const list = (await connection.ask("textDocument/completion", { textDocument: { uri }, position })) as {
        readonly items: readonly { readonly label: string }[];
      };
      return list.items.map(({ label }) => label);
    },
    async problems(text) {
      const { uri } = open(text);
      const { diagnostics } = (await connection.notice(
        "textDocument/publishDiagnostics",
        (params) => (params as { readonly uri: string }).uri === uri,
      )) as { readonly diagnostics: readonly { message: string; range: { start: { line: number } } }[] };
      return diagnostics.map(({ message, range }) => `${range.start.line}: ${message}`);
    },
    async hover(text) {
      const { uri, position } = open(text);
      const found = (await connection.ask("textDocument/hover", { textDocument: { uri }, position })) as {
        readonly contents: { readonly value: string };
      } | null;
      return found?.contents.value ?? "";
    },
    async close() {
      await connection.ask("shutdown", undefined);
      const ended = once(connection.child, "exit");
      connection.tell("exit", undefined);
      await ended;
    },
  };
}

const settings = { schemaStore: { enable: false }, validate: true, completion: true, hover: true };

/** JSON-RPC with the headers of the language server protocol. */
class Connection {
  readonly child: ChildProcess;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  #notices: { readonly method: string; readonly params: unknown }[] = [];
  readonly #waiting: {
    readonly isWanted: (method: string, params: unknown) => boolean;
    readonly found: (params: unknown) => void;
  }[] = [];
  #received = Buffer.alloc(0);
  #nextId = 1;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
    child.once("exit", (code) => {
      for (const { reject } of this.#answers.values()) reject(new Error(`The language server ended with ${code}`));
    });
  }

  ask(method: string, params: unknown): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(id, answer);
    this.#send({ id, method, params });
    return answer.promise;
  }

  tell(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  /** The next notification of that kind, or one that has come already. */
  notice(method: string, isWanted: (params: unknown) => boolean): Promise<unknown> {
    const known = this.#notices.find((one) => one.method === method && isWanted(one.params));
    if (known !== undefined) return Promise.resolve(known.params);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#waiting.push({ isWanted: (of, params) => of === method && isWanted(params), found: resolve });
    return promise;
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.child.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const headerEnd = this.#received.indexOf("\r\n\r\n");
      if (headerEnd < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.subarray(0, headerEnd).toString())?.[1]);
      const end = headerEnd + 4 + length;
      if (this.#received.length < end) return;
      const message = JSON.parse(this.#received.subarray(headerEnd + 4, end).toString()) as Message;
      this.#received = this.#received.subarray(end);
      this.#receive(message);
    }
  }

  #receive({ id, method, params, result, error }: Message): void {
    if (method !== undefined && id !== undefined) {
      // What it asks of an editor: its settings, by section, and leave to do this and that.
      const items = (params as { items?: readonly { section: string }[] } | undefined)?.items;
      const answer = items?.map(({ section }) => (section === "yaml" ? settings : null)) ?? null;
      this.#send({ id, result: answer });
    } else if (method !== undefined) {
      const at = this.#waiting.findIndex(({ isWanted }) => isWanted(method, params));
      if (at < 0) this.#notices.push({ method, params });
      else this.#waiting.splice(at, 1)[0]?.found(params);
    } else if (typeof id === "number") {
      const answer = this.#answers.get(id);
      this.#answers.delete(id);
      if (error === undefined) answer?.resolve(result);
      else answer?.reject(new Error(error.message));
    }
  }
}
