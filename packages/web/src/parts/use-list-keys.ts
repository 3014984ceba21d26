import { useRef, type RefObject } from "react";
import { useKeys } from "../app/use-keys.ts";

/**
 * `j` and `k` walk the lines of a list: the elements in it that carry `data-line`, each of which Enter opens by itself.
 * @returns to be put on the element around the list
 */
export function useListKeys<Element extends HTMLElement>(): RefObject<Element | null> {
  const list = useRef<Element>(null);
  function move(by: 1 | -1): void {
    const lines = [...(list.current?.querySelectorAll<HTMLElement>("[data-line]") ?? [])];
    const at = lines.findIndex((line) => line === document.activeElement);
    const next = lines[at < 0 ? (by === 1 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
  useKeys({ j: () => move(1), k: () => move(-1) });
  return list;
}
