import { afterAll, beforeAll, expect, test } from "vitest";
import { brightnessOf, difference } from "../testing/icon-pixels.ts";
import { openStudio, type Studio, type StudioPage } from "../testing/studio.ts";

let studio: Studio;
let apiKey: string;

beforeAll(async () => {
  studio = await openStudio();
  apiKey = (await studio.tenant("Icons")).keys.viewer;
});
afterAll(() => studio?.stop());

test.each(["light", "dark"] as const)(
  "the shape alone tells the statuses apart, to every kind of colour vision, in %s",
  async (colorScheme) => {
    const page: StudioPage = await studio.page("/runs", { apiKey, colorScheme });
    await page.getByRole("button", { name: "Canceled" }).waitFor();
    for (const vision of ["none", "achromatopsia", "deuteranopia", "protanopia", "tritanopia"] as const) {
      const icons = await brightnessOf(page, ".status-chip svg", vision);
      expect(icons).toHaveLength(7);
      for (const [i, one] of icons.entries()) {
        for (const [j, other] of icons.entries()) {
          if (i !== j) expect(difference(one, other), `${vision}: icons ${i} and ${j}`).toBeGreaterThan(0.08);
        }
      }
    }
  },
);
