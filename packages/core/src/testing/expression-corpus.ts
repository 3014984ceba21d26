import { functionCorpus } from "./expression-corpus-functions.ts";
import { languageCorpus } from "./expression-corpus-language.ts";
import type { Json } from "../values/json.ts";

/** The data that the corpus is evaluated over. */
export const corpusData: Json = {
  payload: {
    id: "o-17",
    n: 5,
    zero: 0,
    neg: -2.5,
    big: 9007199254740991,
    third: 0.3333333333333333,
    s: "Hello, World",
    empty: "",
    blank: "  a \t b\n",
    uni: "aé😀z",
    t: true,
    f: false,
    nul: null,
    none: [],
    noObject: {},
    numbers: [3, 1, 2],
    words: ["pear", "apple", "fig"],
    mixed: [1, "a", null, true, { x: 1 }, [2, 3]],
    nested: [[1, 2], [3, [4, 5]], []],
    one: [{ tag: "red" }],
    dupes: [1, 2, 1, "1", { a: 1, b: 2 }, { b: 2, a: 1 }, [1], [1]],
    lines: [
      { sku: "b", price: 10, count: 2, tags: ["x", "y"], dims: { w: 1, h: 2 } },
      { sku: "a", price: 5, count: 1, tags: ["y"], dims: { w: 3 } },
      { sku: "c", price: 7.5, count: 4, tags: [] },
      { sku: "a", price: 1, count: 3 },
    ],
    people: [
      {
        name: "Ann",
        age: 30,
        phones: [
          { type: "home", no: "1" },
          { type: "work", no: "2" },
        ],
      },
      { name: "Bob", age: 25, phones: { type: "work", no: "3" } },
      { name: "Cy" },
    ],
    address: { street: "Main", "zip code": "123", geo: { lat: 1.5, lon: -2 } },
    keyed: { b: 1, a: 2, "10": 3, "9": 4 },
    and: "keyword",
    deep: { a: { b: { c: [{ d: 1 }, { d: [2, 3] }, { e: 4 }] } } },
    when: "2026-03-29T01:30:00.250Z",
  },
  rate: 2,
  item: { sku: "a" },
  list: ["a", "c"],
};

/** Expressions by construct, one a line. */
export const corpus: { readonly [construct: string]: string } = { ...languageCorpus, ...functionCorpus };
