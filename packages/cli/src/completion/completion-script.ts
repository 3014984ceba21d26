import type { CommandNode } from "./command-tree.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** A script for the shell that completes the words of the tree. */
export function completionScript(shell: Shell, tree: readonly CommandNode[]): string {
  switch (shell) {
    case "bash":
      return bash(tree);
    case "zsh":
      return zsh(tree);
    case "fish":
      return fish(tree);
  }
}

// The words before the cursor, options left out, are the path; an argument after it completes nothing more.
function bash(tree: readonly CommandNode[]): string {
  const cases = tree.map(
    ({ path, words, takesFiles }) =>
      `    "${path}") words="${words.map(({ text }) => text).join(" ")}"; files=${takesFiles ? 1 : 0} ;;`,
  );
  return `# bash completion of mainspring
_mainspring() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" next words="" files=0 i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) continue ;; esac
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case "$next" in ${pathPattern(tree)}) path="$next" ;; esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ "$files" = 1 ] && [ "\${current#-}" = "$current" ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _mainspring mainspring
`;
}

function zsh(tree: readonly CommandNode[]): string {
  const cases = tree.map(({ path, words, takesFiles }) => {
    const described = words.map(({ text, summary }) => `'${quoted(text.replaceAll(":", "\\:"))}:${quoted(summary)}'`);
    return `    ("${path}") candidates=(${described.join(" ")}); files=${takesFiles ? 1 : 0} ;;`;
  });
  return `#compdef mainspring
_mainspring_complete() {
  local at="" next word files=0
  local -a given candidates
  given=("\${(@)words[2,CURRENT-1]}")
  for word in $given; do
    case "$word" in (-*) continue ;; esac
    next="\${at:+$at }$word"
    case "$next" in (${pathPattern(tree)}) at="$next" ;; esac
  done
  case "$at" in
${cases.join("\n")}
  esac
  _describe mainspring candidates
  if (( files )); then _files; fi
}
compdef _mainspring_complete mainspring
`;
}

function fish(tree: readonly CommandNode[]): string {
  const lines = tree.flatMap(({ path, words, takesFiles }) => [
    ...(takesFiles ? [`complete -c mainspring -n '__mainspring_at "${path}"' -F`] : []),
    ...words.map(({ text, summary }) => {
      const word = text.startsWith("--")
        ? `-l ${text.slice(2)}`
        : text.startsWith("-")
          ? `-o ${text.slice(1)}`
          : `-a ${text}`;
      return `complete -c mainspring -n '__mainspring_at "${path}"' ${word} -d '${summary.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
    }),
  ]);
  return `# fish completion of mainspring
function __mainspring_at
  set -l at ""
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and continue
    set -l next (string trim -- "$at $word")
    contains -- "$next" ${tree
      .filter(({ path }) => path !== "")
      .map(({ path }) => `"${path}"`)
      .join(" ")}; and set at "$next"
  end
  test "$at" = "$argv[1]"
end
complete -c mainspring -f
${lines.join("\n")}
`;
}

function pathPattern(tree: readonly CommandNode[]): string {
  return tree
    .filter(({ path }) => path !== "")
    .map(({ path }) => `"${path}"`)
    .join(" | ");
}

/** Inside single quotes of a POSIX shell. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''");
}
