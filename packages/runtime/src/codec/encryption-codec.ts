import { seal, unseal } from "@mainspring/store";
import type { Payload, PayloadCodec } from "@temporalio/common";
import { frame, unframe } from "../wire/frame.ts";
import { encodings, metadataBytes, metadataKeys, metadataOf } from "../wire/payloads.ts";

/** The key of a tenant that seals, and those that sealed before. */
export interface KeyPort {
  newest(tenantId: string): Promise<{ readonly version: number; readonly key: Uint8Array }>;
  /** @throws Error when the tenant has no such key */
  version(tenantId: string, version: number): Promise<{ readonly key: Uint8Array }>;
}

/**
 * Seals payloads under the key of their tenant (AES-256-GCM), after large values have left as references. Tenant and key version stay
 * readable beside them, so that whoever may open them finds the key. Opens what was ever sealed, also where it seals nothing itself.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: KeyPort;
  readonly #seals: boolean;

  /** @param options.seals false: payloads leave as they are */
  constructor(keys: KeyPort, options: { readonly seals: boolean }) {
    this.#keys = keys;
    this.#seals = options.seals;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return this.#seals ? Promise.all(payloads.map((payload) => this.#sealed(payload))) : payloads;
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.some(mayBeSealed) ? Promise.all(payloads.map((payload) => this.#opened(payload))) : payloads;
  }

  async #sealed(payload: Payload): Promise<Payload> {
    const encoding = metadataOf(payload, metadataKeys.encoding);
    if (encoding === encodings.parts) return this.#withParts(payload, (parts) => this.encode(parts));
    // Arguments of local activities are recorded nowhere.
    if (metadataOf(payload, metadataKeys.inline) !== undefined) return payload;
    if (encoding === encodings.sealed || payload.data === undefined || payload.data === null) return payload;
    const tenantId = metadataOf(payload, metadataKeys.tenant);
    // Temporal's own (an update's id, the answer of a built-in query): nothing of a tenant's.
    if (tenantId === undefined) return payload;
    const { version, key } = await this.#keys.newest(tenantId);
    return {
      metadata: {
        [metadataKeys.encoding]: metadataBytes(encodings.sealed),
        [metadataKeys.tenant]: metadataBytes(tenantId),
        [metadataKeys.keyVersion]: metadataBytes(String(version)),
      },
      data: seal(key, frame([payload]), contextOf(tenantId, version)),
    };
  }

  async #opened(payload: Payload): Promise<Payload> {
    const encoding = metadataOf(payload, metadataKeys.encoding);
    if (encoding === encodings.parts) return this.#withParts(payload, (parts) => this.decode(parts));
    if (encoding !== encodings.sealed) return payload;
    const tenantId = metadataOf(payload, metadataKeys.tenant);
    const version = Number(metadataOf(payload, metadataKeys.keyVersion));
    if (tenantId === undefined || !Number.isSafeInteger(version))
      throw new Error("A sealed payload does not say whose key opens it");
    const { key } = await this.#keys.version(tenantId, version);
    const [opened] = unframe(unseal(key, payload.data ?? new Uint8Array(0), contextOf(tenantId, version)));
    if (opened === undefined) throw new Error("A sealed payload is empty");
    return opened;
  }

  async #withParts(payload: Payload, each: (parts: Payload[]) => Promise<Payload[]>): Promise<Payload> {
    return { metadata: payload.metadata, data: frame(await each(unframe(payload.data ?? new Uint8Array(0)))) };
  }
}

function contextOf(tenantId: string, version: number): readonly (string | number)[] {
  return ["mainspring/payload", tenantId, version];
}

// Asked by length, as most payloads are plain: see the codec of references.
function mayBeSealed(payload: Payload): boolean {
  return payload.metadata?.[metadataKeys.encoding]?.length !== encodings.json.length;
}
