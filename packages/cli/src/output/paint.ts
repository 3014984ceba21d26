import { styleText } from "node:util";

export type Colour = "red" | "green" | "yellow" | "blue" | "dim" | "bold";

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

export const plainPaint: Paint = (_, text) => text;

/** Colour is for terminals only, and not where NO_COLOR asks for none (https://no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const wanted = stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return wanted ? (colour, text) => styleText(colour, text, { validateStream: false }) : plainPaint;
}
