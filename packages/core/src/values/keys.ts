const reservedPrefix = "_jsonata_";

/**
 * Whether an object key is refused at every entrance: it could reach a prototype (`__proto__`, `constructor`,
 * `prototype`), pass for a value that only the engine makes (`$blob`), or pass for code (`_jsonata_*`).
 */
export function keyIsRefused(key: string): boolean {
  switch (key) {
    case "__proto__":
    case "constructor":
    case "prototype":
    case "$blob":
      return true;
    default:
      return key.charCodeAt(0) === 95 && key.slice(0, reservedPrefix.length) === reservedPrefix;
  }
}
