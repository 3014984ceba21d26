import type { ShapeProblem } from "../definition/definition.ts";
import { neutralValue, standInAt, stepStandIn } from "../definition/stand-in.ts";
import type { DefinitionProblem } from "../definition/value.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerKeys, pointerToken } from "../values/pointer.ts";
import { LostNames } from "./lost-names.ts";
import { own } from "./read-json.ts";
import { valueAt } from "./shape-issue.ts";

type Path = readonly (string | number)[];

/**
 * A copy of a document in which the parts that are of the wrong shape are left out or replaced, so that the rest can be
 * checked where it stands: every pointer into it holds in the document too. It is for checking alone.
 */
export class Repair {
  readonly document: Json;
  readonly lost = new LostNames();
  readonly #leftOut: Set<string>;

  /** @param leftOut pointers of parts that were not read as they stand */
  constructor(document: Json, leftOut: readonly string[]) {
    this.document = copyOf(document);
    this.#leftOut = new Set(leftOut);
  }

  /** Whether a pointer leads to or into a part of which a problem was reported already. */
  isLeftOut(pointer: string): boolean {
    for (let end = pointer.length; end > 0; end = pointer.lastIndexOf("/", end - 1))
      if (this.#leftOut.has(pointer.slice(0, end))) return true;
    return this.#leftOut.has("");
  }

  /** @returns whether the document was changed; else the part can be looked at as it is */
  mend(problem: ShapeProblem): boolean {
    const path = problem.path.filter((key) => typeof key !== "symbol");
    switch (problem.code) {
      case "unrecognized_keys":
        for (const key of problem.keys) this.#removeUnknown([...path, key]);
        return true;
      case "invalid_key":
        this.lost.anyName();
        this.#remove(path);
        return true;
      case "invalid_type":
        this.#replace(path);
        return true;
      case "invalid_union":
        if (problem.discriminator === undefined) this.#replace(path);
        else this.#replaceStep(path.slice(0, -1));
        return true;
      case "invalid_value":
        this.#leaveOut(path);
        if (valueAt(this.document, path) === undefined || standInAt(path, this.document) !== undefined) return false;
        this.#remove(path);
        return true;
      case "custom":
        return this.#mendChecked(problem.params?.["problem"] as DefinitionProblem, path);
      default:
        // A name or number of the right type. A list can be too short or too long, and its entries be in order.
        if (typeof valueAt(this.document, path) !== "object") this.#leaveOut(path);
        return false;
    }
  }

  /** What the checks of our own found: `$` forms, literals of the wrong type, times that are not one. */
  #mendChecked({ code, pointer }: DefinitionProblem, checked: Path): boolean {
    const path = [...checked, ...(pointerKeys(pointer) ?? [])];
    const around = path.slice(0, -1);
    switch (code) {
      case "VALUE_KEY_UNKNOWN": {
        const holder = valueAt(this.document, around);
        if (isJsonObject(holder) && Object.keys(holder).length === 1) this.#set(around, { ...neutralValue });
        else this.#remove(path);
        return true;
      }
      case "VALUE_FORM_MIXED":
        this.#remove(path);
        return true;
      case "FIELD_TYPE":
        this.#set(pointer.endsWith("/$expr") || pointer.endsWith("/$secret") ? around : path, { ...neutralValue });
        return true;
      case "SECRET_MISPLACED":
        this.#set(path, { ...neutralValue });
        return true;
      case "WHEN_NOT_ONE": {
        const given = valueAt(this.document, path);
        if (pointer !== "" || !isJsonObject(given) || "until" in given || "durationMs" in given || "business" in given)
          return false;
        this.#set([...path, "durationMs"], { ...neutralValue });
        return true;
      }
      default:
        return false;
    }
  }

  #replace(path: Path): void {
    const key = path.findLast((one) => typeof one === "string") ?? "";
    const given = valueAt(this.document, path) ?? null;
    this.lost.part(key, given);
    // Here it is the one of control.callWorkflow, which sets what it names.
    if (key === "output" && typeof given !== "object") this.lost.anyName();
    // How many branches there are is not known, so nothing is said of a quorum.
    if (key === "branches") this.#leaveOut([...path.slice(0, path.lastIndexOf(key)), "completion"]);
    const standIn = standInAt(path, this.document);
    if (standIn === undefined) this.#remove(path);
    else this.#set(path, standIn);
  }

  /** A step of no known type: what every step has is kept. */
  #replaceStep(path: Path): void {
    const given = valueAt(this.document, path);
    if (!isJsonObject(given)) return;
    this.lost.part("steps", given);
    const standIn = stepStandIn(path.map(pointerToken).join(""));
    for (const key of Object.keys({ ...standIn, ...given })) {
      if (!common.has(key)) this.#leaveOut([...path, key]);
    }
    // Without its id, so that the next look at the shape finds that it is missing.
    delete standIn["id"];
    for (const key of common) if (Object.hasOwn(given, key)) standIn[key] = given[key] as Json;
    place(this.document, path, standIn);
  }

  #set(path: Path, value: Json): void {
    this.#leaveOut(path);
    place(this.document, path, value);
  }

  #removeUnknown(path: Path): void {
    const given = valueAt(this.document, path);
    if (given !== undefined) this.lost.unknownField(String(path.at(-1)), given);
    this.#remove(path);
  }

  #remove(path: Path): void {
    const holder = valueAt(this.document, path.slice(0, -1));
    this.#leaveOut(path);
    if (isJsonObject(holder)) delete holder[String(path.at(-1))];
  }

  #leaveOut(path: Path): void {
    this.#leftOut.add(path.map(pointerToken).join(""));
  }
}

const common: ReadonlySet<string> = new Set(["id", "name", "notes", "disabled"]);

function place(document: Json, path: Path, value: Json): void {
  const holder = valueAt(document, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof holder !== "object" || holder === null || key === undefined) return;
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else own(holder, String(key), value);
}

function copyOf(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(value)) own(copy, key, copyOf(member));
  return copy;
}
