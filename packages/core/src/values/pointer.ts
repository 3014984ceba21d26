/** One reference token of an RFC 6901 JSON pointer, with its leading slash. */
export function pointerToken(key: string | number): string {
  if (typeof key === "number") return "/" + key;
  if (key.indexOf("~") < 0 && key.indexOf("/") < 0) return "/" + key;
  return "/" + key.split("~").join("~0").split("/").join("~1");
}

/** The keys that an RFC 6901 JSON pointer names; undefined when it is malformed. */
export function pointerKeys(pointer: string): string[] | undefined {
  if (pointer === "") return [];
  if (pointer.charCodeAt(0) !== 47) return undefined;
  const keys = pointer.slice(1).split("/");
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    if (key.indexOf("~") < 0) continue;
    for (let at = key.indexOf("~"); at >= 0; at = key.indexOf("~", at + 1)) {
      const next = key.charCodeAt(at + 1);
      if (next !== 48 && next !== 49) return undefined;
    }
    keys[i] = key.split("~1").join("/").split("~0").join("~");
  }
  return keys;
}
