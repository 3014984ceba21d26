// Signatures computed here, with Node's HMAC, after each sender's own description; and the specification's library as an oracle.
import { createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { replayWindowMs } from "./scheme.ts";
import type { Refusal } from "./scheme.ts";
import { schemes } from "./schemes.ts";
import { readSignatureHeader } from "./stripe.ts";

type Scheme = keyof typeof schemes;

const nowMs = Date.parse("2031-05-06T07:08:09.000Z");
const nowS = nowMs / 1000;
const body = Buffer.from('{"id":"evt_9","amount":  10.0,"note":"caf\\u00e9 é"}\n');
const old = "an old secret of many letters";
const fresh = "a new secret of many letters";
const whsec = (text: string): string => `whsec_${Buffer.from(text).toString("base64")}`;
const secretsOf: { readonly [name in Scheme]: readonly [string, string] } = {
  standard: [whsec(old), whsec(fresh)],
  github: [old, fresh],
  stripe: [old, fresh],
  slack: [old, fresh],
};

const hex = (key: string, ...parts: (string | Buffer)[]): string => {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
};

/** The headers with which a sender signs `bytes` at `atS`, by the text of its secret. */
const signed: { readonly [name in Scheme]: (key: string, bytes: Buffer, atS: number) => IncomingHttpHeaders } = {
  standard: (key, bytes, atS) => ({
    "webhook-id": "msg_1",
    "webhook-timestamp": String(atS),
    "webhook-signature": `v1,${Buffer.from(hex(key, `msg_1.${atS}.`, bytes), "hex").toString("base64")}`,
  }),
  github: (key, bytes) => ({ "x-hub-signature-256": `sha256=${hex(key, bytes)}` }),
  stripe: (key, bytes, atS) => ({ "stripe-signature": `t=${atS},v1=${hex(key, `${atS}.`, bytes)}` }),
  slack: (key, bytes, atS) => ({
    "x-slack-request-timestamp": String(atS),
    "x-slack-signature": `v0=${hex(key, `v0:${atS}:`, bytes)}`,
  }),
};

function verify(
  name: Scheme,
  headers: IncomingHttpHeaders,
  more: { readonly body?: Buffer; readonly secrets?: readonly string[]; readonly nowMs?: number } = {},
): Refusal | undefined {
  return schemes[name].verify(
    { headers, body: more.body ?? body, nowMs: more.nowMs ?? nowMs },
    more.secrets ?? secretsOf[name],
  );
}

const names = Object.keys(schemes) as Scheme[];

describe.each(names)("[WHK-01] %s", (name) => {
  test("takes what either of two active secrets signed, over the very bytes, and nothing after its secret is gone", () => {
    expect(verify(name, signed[name](old, body, nowS))).toBeUndefined();
    expect(verify(name, signed[name](fresh, body, nowS))).toBeUndefined();
    expect(verify(name, signed[name](old, body, nowS), { secrets: [secretsOf[name][1]] })).toBe("wrong-signature");
    expect(verify(name, signed[name](old, body, nowS), { secrets: [] })).toBe("wrong-signature");
  });

  test("refuses other bytes, even where they parse to the same", () => {
    const again = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    expect(verify(name, signed[name](old, body, nowS), { body: again })).toBe("wrong-signature");
    expect(verify(name, signed[name](old, body, nowS), { body: Buffer.alloc(0) })).toBe("wrong-signature");
    const notText = Buffer.from([0xff, 0xfe, 0x00, 0xc3]);
    expect(verify(name, signed[name](old, notText, nowS), { body: notText })).toBeUndefined();
    expect(verify(name, signed[name](old, notText, nowS), { body: Buffer.from(notText.toString()) })).toBe(
      "wrong-signature",
    );
  });

  test("takes an empty body that is rightly signed", () => {
    const empty = Buffer.alloc(0);
    expect(verify(name, signed[name](old, empty, nowS), { body: empty })).toBeUndefined();
  });

  test("refuses a call without signature", () => {
    expect(verify(name, {})).toBe("no-signature");
    expect(verify(name, { authorization: `Bearer ${old}` })).toBe("no-signature");
  });

  test("refuses whatever headers it is sent but the right ones, and never throws", () => {
    const right = signed[name](old, body, nowS);
    const text = fc.string({ unit: "binary", maxLength: 90 });
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(right)), text, fc.nat(), (header, noise, at) => {
        const value = String(right[header]);
        const place = at % (value.length + 1);
        for (const changed of [noise, noise + value, value.slice(0, place) + noise + value.slice(place + 1)]) {
          if (changed === value || (name === "stripe" && noise.includes(","))) continue;
          const result = verify(name, { ...right, [header]: changed });
          // White space and further parts may stand around what is right; then it still is.
          if (result === undefined) expect(changed.replace(/\s/g, "")).toContain(value.replace(/\s/g, "").slice(-40));
        }
      }),
    );
  });

  test("makes secrets that it takes itself, each another", () => {
    const made = schemes[name].newSecret();
    expect(made).not.toBe(schemes[name].newSecret());
    expect(schemes[name].secretProblem?.(made)).toBeUndefined();
    const key = name === "standard" ? Buffer.from(made.slice("whsec_".length), "base64") : made;
    const headers = signed[name](key as string, body, nowS);
    expect(verify(name, headers, { secrets: [made] })).toBeUndefined();
  });
});

describe.each(names.filter((name) => name !== "github"))("[WHK-01] %s signs a time, and", (name) => {
  test("[CAS-01] takes what was signed up to five minutes ago or ahead, to the millisecond", () => {
    for (const offsetMs of [-replayWindowMs, 0, replayWindowMs]) {
      expect(
        verify(name, signed[name](old, body, nowS), { nowMs: nowMs + offsetMs }),
        String(offsetMs),
      ).toBeUndefined();
      if (offsetMs === 0) continue;
      const beyond = nowMs + offsetMs + Math.sign(offsetMs);
      expect(verify(name, signed[name](old, body, nowS), { nowMs: beyond })).toBe("outside-window");
    }
    expect(verify(name, signed[name](old, body, nowS - 3600))).toBe("outside-window");
  });

  test("refuses a time that is no number of seconds, though it be signed", () => {
    for (const time of ["", "now", "1e9", "-5", "12.5", "0x10", "9".repeat(40)]) {
      const headers = signed[name](old, body, time as unknown as number);
      expect(verify(name, headers), time).toMatch(/malformed|no-signature/);
    }
  });
});

test("[WHK-01] [CASE-31] Stripe: the order of the header's parts does not matter, one right v1 is enough, and v0 counts for nothing", () => {
  const right = hex(fresh, `${nowS}.`, body);
  const wrong = "0".repeat(64);
  const take = (text: string): Refusal | undefined => verify("stripe", { "stripe-signature": text });
  expect(take(`t=${nowS},v1=${wrong},v1=${right},v0=anything`)).toBeUndefined();
  expect(take(`v0=x,v1=${right},v1=${wrong},t=${nowS}`)).toBeUndefined();
  expect(take(` v1=${right.toUpperCase()} , t=${nowS} `)).toBeUndefined();
  expect(take(`t=${nowS},v0=${right}`)).toBe("malformed");
  expect(take(`t=${nowS},v1=${wrong}`)).toBe("wrong-signature");
  expect(take(`v1=${right}`)).toBe("malformed");
  // Which of two times was signed is nobody's guess.
  expect(take(`t=${nowS},t=${nowS - 1},v1=${right}`)).toBe("malformed");
  expect(take(`t=${nowS - 1},v1=${right}`)).toBe("wrong-signature");
});

test("[WHK-01] Stripe: whatever parts a header has, in whatever order, the same are found", () => {
  const part = fc.tuple(fc.constantFrom("t", "v1", "v0", "x"), fc.stringMatching(/^[0-9a-f=]{0,12}$/));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.nat(), (parts, turn) => {
      const text = (list: typeof parts): string => list.map(([name, value]) => `${name}=${value}`).join(",");
      const turned = [...parts.slice(turn % (parts.length + 1)), ...parts.slice(0, turn % (parts.length + 1))];
      const a = readSignatureHeader(text(parts));
      const b = readSignatureHeader(text(turned));
      expect([...a.times].sort()).toEqual([...b.times].sort());
      expect([...a.signatures].sort()).toEqual([...b.signatures].sort());
      expect(a.signatures).toEqual(parts.filter(([name]) => name === "v1").map(([, value]) => value));
    }),
  );
});

test("[WHK-01] Standard Webhooks: what the specification's library signs is taken, and what it refuses is refused", () => {
  const library = new Webhook(whsec(old));
  const ids = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
  fc.assert(
    fc.property(
      ids,
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 1, max: 4e9 }),
      fc.boolean(),
      (id, text, atS, right) => {
        const headers = {
          "webhook-id": id,
          "webhook-timestamp": String(atS),
          "webhook-signature": `v1a,AAAA ${(right ? library : new Webhook(whsec("somebody else's"))).sign(
            id,
            new Date(atS * 1000),
            text,
          )} v1,AAAA`,
        };
        expect(verify("standard", headers, { body: Buffer.from(text), nowMs: atS * 1000 })).toBe(
          right ? undefined : "wrong-signature",
        );
      },
    ),
  );
  // The library's own verdict, by its own clock.
  const at = new Date();
  const text = '{"type":"a.b"}';
  const headers = {
    "webhook-id": "msg_2",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": library.sign("msg_2", at, text),
  };
  expect(library.verify(text, headers)).toEqual({ type: "a.b" });
  expect(verify("standard", headers, { body: Buffer.from(text), nowMs: at.getTime() })).toBeUndefined();
});

test("[WHK-01] a published vector of each sender is taken", () => {
  // docs.github.com/webhooks: "Hello, World!" by "It's a Secret to Everybody".
  expect(
    verify(
      "github",
      { "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" },
      { body: Buffer.from("Hello, World!"), secrets: ["It's a Secret to Everybody"] },
    ),
  ).toBeUndefined();
  // api.slack.com/authentication/verifying-requests-from-slack.
  const slackBody =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  expect(
    verify(
      "slack",
      {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
      },
      { body: Buffer.from(slackBody), secrets: ["8f742231b10e8888abcd99yyyzzz85a5"], nowMs: 1_531_420_618_000 },
    ),
  ).toBeUndefined();
  // github.com/standard-webhooks: the specification's example.
  expect(
    verify(
      "standard",
      {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
      },
      {
        body: Buffer.from('{"test": 2432232314}'),
        secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        nowMs: 1_614_265_330_000,
      },
    ),
  ).toBeUndefined();
});

test("a Standard Webhooks secret that is no base64 is refused with what is expected", () => {
  expect(schemes.standard.secretProblem?.("not base64!")).toContain("base64");
  expect(schemes.standard.secretProblem?.("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).toBeUndefined();
  expect(schemes.standard.secretProblem?.("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).toBeUndefined();
});
