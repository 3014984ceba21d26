import { expect, test } from "vitest";
import { nativeConnection } from "./native-connection.ts";

test.each(["127.0.0.1:7233", "127.1.2.3:1", "localhost:7233", "[::1]:7233"])(
  "nothing is compressed on the way to %s",
  (address) => {
    expect(nativeConnection(address)).toEqual({ address, grpcCompression: { codec: "none" } });
  },
);

test.each(["temporal.example:7233", "10.0.0.1:7233", "127.evil.example:7233", "[2001:db8::1]:7233"])(
  "to %s it is as the SDK has it",
  (address) => {
    expect(nativeConnection(address)).toEqual({ address });
  },
);
