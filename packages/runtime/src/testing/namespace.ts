export { newNamespace } from "../temporal/namespace.ts";

export function testTemporalAddress(): string {
  const address = process.env["MAINSPRING_TEST_TEMPORAL_ADDRESS"];
  if (address === undefined)
    throw new Error(
      "MAINSPRING_TEST_TEMPORAL_ADDRESS is not set: run the tests with `npm test`, or see CONTRIBUTING.md",
    );
  return address;
}
