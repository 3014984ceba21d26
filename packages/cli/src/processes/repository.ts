import { fileURLToPath } from "node:url";

/** The folder of the checkout that this command belongs to, with a slash at its end. */
export const repository = fileURLToPath(new URL("../../../../", import.meta.url));
