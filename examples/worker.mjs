// A worker in JavaScript: takes the items of orders, delivers nothing, and says that they are done. It shows all that a worker
// has to do; docs/fulfillment.md says why. Ctrl-C ends it in order.
//
//   npm ci --prefix tests/tools
//   node examples/worker.mjs 127.0.0.1:5081 [NAME]
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const CONCURRENCY = 4;
const [address = "127.0.0.1:5081", name = "worker.mjs"] = process.argv.slice(2);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// The packages, and the protos of Google that ours import, are those of the tests here; a worker of yours has its own.
const require = createRequire(here("../tests/tools/package.json"));
const grpc = require("@grpc/grpc-js");
const protoLoader = require("@grpc/proto-loader");

const definition = await protoLoader.load("serviceordering/fulfillment/v1/fulfillment_service.proto", {
  includeDirs: [here("../protos"), here("../tests/tools/protos")],
  enums: String,
});
const { FulfillmentService } = grpc.loadPackageDefinition(definition).serviceordering.fulfillment.v1;
const client = new FulfillmentService(address, grpc.credentials.createInsecure());
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let stream;
let stopping = false;
let pauseBefore = 100;
const working = new Set();

/** Opens the stream, says who the worker is, and lets it be given as many items as it has room for. */
function connect() {
  stream = client.streamWork();
  stream.write({ start: { worker: name } });
  if (working.size < CONCURRENCY) stream.write({ credit: { items: CONCURRENCY - working.size } });
  stream.on("data", ({ assignment, cancellation }) => {
    pauseBefore = 100;
    if (cancellation) heed(cancellation);
    if (!assignment) return;
    const item = { ...assignment, isLost: false, isCancelled: false };
    item.done = work(item).finally(() => {
      working.delete(item);
      // One is finished: one more.
      if (!stopping) stream.write({ credit: { items: 1 } });
    });
    working.add(item);
  });
  // "end" and "error" may both come; "close" comes once.
  stream.on("error", (error) => stopping || console.error(`interrupted, coming back: ${error.details ?? error.message}`));
  stream.on("close", async () => {
    // What came on this stream is given to others now.
    for (const item of working) item.isLost = true;
    if (stopping) return;
    await pause(pauseBefore * (0.5 + Math.random() / 2));
    pauseBefore = Math.min(2 * pauseBefore, 10_000);
    if (!stopping) connect();
  });
}

/** Works an item from its lease to its last report. */
async function work(item) {
  if (stopping) return report(item, { return: {} }).catch(() => {});
  const { serviceOrder, item: { id, service } } = item;
  // A lease that is not renewed in time ends, and the item is given to another.
  const renewing = setInterval(
    () => report(item, { renewal: {} }).catch(() => {}),
    (Number(item.leaseDuration.seconds) * 1000) / 3,
  );
  let result;
  try {
    result = { completion: { service: await deliver(item) } };
  } catch (error) {
    result = { failure: { errorMessages: [{ code: error.name, message: error.message }], retryable: true } };
  } finally {
    clearInterval(renewing);
  }
  // What was done of it has to be undone before this is said; here there is nothing to undo.
  if (item.isCancelled) result = { cancelled: {} };
  try {
    const { serviceOrderState } = await report(item, result);
    console.log(`${Object.keys(result)[0]} ${serviceOrder.id} ${id} ${service.name ?? ""} ${serviceOrderState}`);
  } catch (error) {
    console.error(`not kept ${serviceOrder.id} ${id}: ${error.details}`);
  }
}

/** What really delivers goes here. It may be called again for the same item, so doing it twice must do no harm. */
async function deliver(item) {
  await pause(10);
  if (item.isLost || item.isCancelled) throw new Error("The item is no longer to be delivered.");
  return { serviceCharacteristic: [{ name: "deliveredBy", value: { stringValue: name } }] };
}

/** An order is to be cancelled of which we have an item. The same may be said again: on the stream, and in answers to reports. */
function heed({ leaseToken, phase }) {
  const item = [...working].find((each) => each.leaseToken === leaseToken);
  if (phase === "CANCELLATION_PHASE_PENDING" && item) item.isCancelled = true;
  // Who does what cannot be undone answers { agreed: false, reason } from there on. No answer holds the order up until it is too late.
  if (phase === "CANCELLATION_PHASE_ASSESSING" && item) report(item, { cancellationAnswer: { agreed: true } }).catch(() => {});
}

/** Sends a report, again where nobody knows whether it arrived: under its id it is kept once. */
async function report(item, what) {
  const request = { leaseToken: item.leaseToken, requestId: randomUUID(), ...what };
  for (let failures = 0; ; failures++) {
    try {
      const answer = await new Promise((resolve, reject) => {
        client.reportWork(request, { deadline: Date.now() + 10_000 }, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
      if (answer.cancellation) heed(answer.cancellation);
      return answer;
    } catch (error) {
      // Anything else is an answer: LEASE_LOST above all, after which nothing more is to be said about the item.
      if (error.code !== grpc.status.UNAVAILABLE || failures === 5) throw error;
      await pause(100 * 2 ** failures * (0.5 + Math.random() / 2));
    }
  }
}

/** Takes nothing more, finishes what has begun, and closes the stream then. */
async function stop() {
  if (stopping) process.exit(130);
  stopping = true;
  while (working.size > 0) await Promise.all([...working].map((item) => item.done));
  stream.end();
  stream.on("close", () => client.close());
}

process.on("SIGINT", stop);
process.on("SIGTERM", stop);
connect();
