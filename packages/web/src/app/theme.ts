import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Only its name counts: what Mantine makes of it is set in `tokens.css`, for both colour schemes. */
const named: MantineColorsTuple = [
  "#0b6879",
  "#0b6879",
  "#0b6879",
  "#0b6879",
  "#0b6879",
  "#0b6879",
  "#0b6879",
  "#0b6879",
  "#0b6879",
  "#0b6879",
];

export const theme = createTheme({
  colors: { accent: named, danger: named },
  primaryColor: "accent",
  primaryShade: 6,
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
});
