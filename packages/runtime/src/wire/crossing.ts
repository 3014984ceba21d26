// Recognised by a registered symbol, not by class: Temporal may load the converter as a second instance of its module.
const brand = Symbol.for("mainspring.crossing");

/**
 * A value on its way over the boundary between workflow and world, with the tenant it belongs to.
 * The codec outside the sandbox stores large ones in that tenant's blobs, and refuses a payload that has no tenant.
 */
export class Crossing {
  readonly [brand] = "value";
  readonly tenantId: string;
  readonly value: unknown;
  readonly inline: boolean;

  /** @param options.inline arguments of local activities: history does not record them, so they need no reference */
  constructor(tenantId: string, value: unknown, options?: { readonly inline: true }) {
    this.tenantId = tenantId;
    this.value = value;
    this.inline = options?.inline === true;
  }
}

/** Several values in one payload, each of which the codec may turn into a reference of its own: an activity has only one result. */
export class CrossingParts {
  readonly [brand] = "parts";
  readonly parts: readonly (Crossing | CrossingProgram)[];

  constructor(parts: readonly (Crossing | CrossingProgram)[]) {
    this.parts = parts;
  }
}

/** A program always travels as a reference, and comes out as one frozen object shared by all runs of the worker. */
export class CrossingProgram {
  readonly [brand] = "program";
  readonly tenantId: string;
  readonly program: { readonly programHash: string };

  constructor(tenantId: string, program: { readonly programHash: string }) {
    this.tenantId = tenantId;
    this.program = program;
  }
}

/** What kind of crossing a value is; undefined for a bare value. */
export function crossingKind(value: unknown): "value" | "parts" | "program" | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as { readonly [brand]?: "value" | "parts" | "program" })[brand];
}
