import { useEffect, useRef } from "react";

/** What a key does; keys are named as `KeyboardEvent.key` does. */
export type KeyBindings = { readonly [key: string]: (event: KeyboardEvent) => void };

/** Single keys for the whole page: not while one types, not with Ctrl, Alt or Meta, not under a dialog. */
export function useKeys(bindings: KeyBindings): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
      const binding = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : undefined;
      if (binding === undefined) return;
      event.preventDefault();
      binding(event);
    }
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== "checkbox")
  );
}
