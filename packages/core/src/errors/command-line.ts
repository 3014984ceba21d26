import type { ErrorCatalogue } from "./catalogue.ts";

/** What the command line itself can end in, before or without a request. */
export const commandLineErrors = {
  USAGE: {
    title: "The command line is wrong",
    explanation:
      "A command, option or value is not what the command takes, or a file that it names cannot be read. Nothing was asked of a server, and the exit code is 2.",
    remedy: "Read what is said, or ask with --help what the command takes.",
  },
  NO_SERVER: {
    title: "No server is known",
    explanation: "The command needs a server, and nothing says where one is. The exit code is 3.",
    remedy: "Start one with npm start, or name one with --url and --api-key, or MAINSPRING_URL and MAINSPRING_API_KEY.",
  },
  CODE_UNKNOWN: {
    title: "No code of the product",
    explanation:
      "The code is in no catalogue of this release. Authors raise codes of their own, and packs of actions bring theirs.",
    remedy: "Look into the definition, or into what the action's pack says of it.",
  },
  NOT_INSTALLED: {
    title: "Not part of this installation",
    explanation: "What the command starts comes with the sources, and not with what is installed here.",
    remedy: "Use a checkout of the sources.",
  },
} as const satisfies ErrorCatalogue;
