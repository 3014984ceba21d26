import { connect } from "node:http2";

const describeNamespace = "/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace";

/**
 * True when a Temporal server at `address` (host:port, plain text) serves `namespace`.
 * One gRPC call by hand, so that starting the stack does not load Temporal's client.
 */
export function answersAsTemporal(address: string, namespace: string, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const settle = (answer: boolean): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(false), timeoutMs);
    session.once("error", () => settle(false));
    const call = session.request({
      ":method": "POST",
      ":path": describeNamespace,
      "content-type": "application/grpc",
      te: "trailers",
    });
    call.once("error", () => settle(false));
    // A refusal comes as headers alone, an answer as trailers after the message.
    call.once("response", (headers) => {
      if (headers["grpc-status"] !== undefined) settle(headers["grpc-status"] === "0");
    });
    call.once("trailers", (trailers) => settle(trailers["grpc-status"] === "0"));
    call.resume();
    call.end(grpcFrame(protobufString(1, namespace)));
  });
}

function protobufString(field: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes]); // a length below 128 is one byte
}

/** Not compressed, then the length, then the message. */
function grpcFrame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
