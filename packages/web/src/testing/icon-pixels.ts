import type { Page } from "playwright-core";

export type Vision = "none" | "achromatopsia" | "deuteranopia" | "protanopia" | "tritanopia";

/** How each element of `selector` looks to somebody who sees so: the brightness (0 to 255) of its pixels. */
export async function brightnessOf(page: Page, selector: string, vision: Vision): Promise<number[][]> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setEmulatedVisionDeficiency", { type: vision });
  const pictures: string[] = [];
  for (const element of await page.locator(selector).all())
    pictures.push((await element.screenshot()).toString("base64"));
  await devtools.send("Emulation.setEmulatedVisionDeficiency", { type: "none" });
  await devtools.detach();
  // In an empty page: the product's own policy does not let a page read such a picture.
  const reader = await page.context().newPage();
  const brightness = await reader.evaluate<number[][]>(`Promise.all(${JSON.stringify(pictures)}.map(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const drawing = new OffscreenCanvas(14, 14).getContext("2d");
    drawing.drawImage(picture, 0, 0, 14, 14);
    const { data } = drawing.getImageData(0, 0, 14, 14);
    return Array.from({ length: 196 }, (_, i) => Math.round(0.2126 * data[4 * i] + 0.7152 * data[4 * i + 1] + 0.0722 * data[4 * i + 2]));
  }))`);
  await reader.close();
  return brightness;
}

/** The part of the pixels (0 to 1) that are clearly brighter in one picture than in the other. */
export function difference(a: readonly number[], b: readonly number[]): number {
  return a.filter((value, index) => Math.abs(value - (b[index] ?? 0)) > 48).length / a.length;
}
