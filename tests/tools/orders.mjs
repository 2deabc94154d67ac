// A client that is not .NET: places, reads, lists and deletes orders through grpc-js and the project's protos, and reads a
// refusal. Usage: node orders.mjs HOST:PORT. Exits with 0 when the server answered as the contract says, else with 1.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const definitions = await protoLoader.load(
  ["tmf/serviceordering/v4/service_order_service.proto", "google/rpc/status.proto", "google/rpc/error_details.proto"],
  { includeDirs: [here("../../protos"), here("protos")], enums: String, longs: Number, arrays: true, json: true },
);
const { ServiceOrderService } = grpc.loadPackageDefinition(definitions).tmf.serviceordering.v4;

if (process.argv.length !== 3) {
  console.error("usage: node orders.mjs HOST:PORT");
  process.exit(1);
}

const client = new ServiceOrderService(process.argv[2], grpc.credentials.createInsecure());
try {
  await placesReadsAndDeletesAMinimalOrder();
  await readsBackTheFiberOrderAsItWasSent();
  await readsEveryViolationOfARefusal();
  console.log("orders.mjs: all as the contract says");
} finally {
  client.close();
}

async function placesReadsAndDeletesAMinimalOrder() {
  const created = await call("createServiceOrder", {
    serviceOrder: { serviceOrderItem: [{ id: "1", action: "ORDER_ITEM_ACTION_ADD", service: {} }] },
  });
  const order = created.serviceOrder;
  assert.match(order.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(order.state, "SERVICE_ORDER_STATE_ACKNOWLEDGED");
  assert.equal(order.serviceOrderItem[0].state, "SERVICE_ORDER_ITEM_STATE_ACKNOWLEDGED");
  assert.ok(Math.abs(Date.now() / 1000 - order.orderDate.seconds) < 60, "the order date is now");
  assert.match(created.etag, /^"[^"]+"$/);

  const read = await call("getServiceOrder", { id: order.id });
  assert.deepEqual(read.serviceOrder, order);
  assert.equal(read.etag, created.etag);

  await call("deleteServiceOrder", { id: order.id, etag: created.etag });
  const refusal = await refused("getServiceOrder", { id: order.id });
  assert.equal(refusal.code, grpc.status.NOT_FOUND);
  assert.equal(refusal.info.reason, "SERVICE_ORDER_NOT_FOUND");
  assert.equal(refusal.info.domain, "serviceordering");
  assert.equal(refusal.info.metadata.id, order.id);
}

async function readsBackTheFiberOrderAsItWasSent() {
  const sent = fromTmfJson(JSON.parse(await readFile(here("../../examples/create-fiber-order.json"), "utf8")));
  const { serviceOrder: order } = await call("createServiceOrder", { serviceOrder: sent });
  assertContains(order, sent, "serviceOrder");
  assert.equal(order.serviceOrderItem.length, 3);

  const page = await call("listServiceOrders", { limit: 1000 });
  assert.equal(page.appliedLimit, 1000);
  assert.ok(page.totalCount >= page.serviceOrders.length);
  const listed = page.serviceOrders.find(({ id }) => id === order.id);
  assert.deepEqual(listed, order, "the list shows the order as the answer to its creation did");

  const { serviceOrder: brief } = await call("getServiceOrder", { id: order.id, fields: "state" });
  assert.equal(brief.state, order.state);
  assert.equal(brief.description, undefined);
}

async function readsEveryViolationOfARefusal() {
  const refusal = await refused("createServiceOrder", {
    serviceOrder: {
      note: [{ author: "nobody" }],
      serviceOrderItem: [{ id: "1", service: {} }, { id: "1", action: "ORDER_ITEM_ACTION_ADD", service: {} }],
    },
  });
  assert.equal(refusal.code, grpc.status.INVALID_ARGUMENT);
  assert.equal(refusal.info.reason, "REQUEST_INVALID");
  const reasons = Object.fromEntries(refusal.violations.map(({ field, reason }) => [field, reason]));
  assert.deepEqual(reasons, {
    "service_order.note[0].text": "FIELD_MISSING",
    "service_order.service_order_item[0].action": "FIELD_MISSING",
    "service_order.service_order_item[1].id": "SERVICE_ORDER_ITEM_DUPLICATE",
  });
  for (const { field, description } of refusal.violations) {
    assert.notEqual(description, "", `${field} says what is wrong`);
  }
}

function call(method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, { deadline: Date.now() + 20_000 }, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

/** The refusal that a call ends with, its details decoded. */
async function refused(method, request) {
  const error = await call(method, request).then(
    () => assert.fail(`${method} was not refused`),
    (reason) => reason,
  );
  const [trailer] = error.metadata?.get("grpc-status-details-bin") ?? [];
  assert.ok(trailer, `${method} failed without details: ${error.message}`);
  const status = definitions["google.rpc.Status"].deserialize(trailer);
  assert.equal(status.code, error.code, "the details repeat the status");
  assert.equal(status.message, error.details, "the details repeat the message");
  // The option `json` has details decoded to objects that say their type.
  const detail = (name) => status.details.find((any) => any["@type"] === `type.googleapis.com/${name}`);
  return {
    code: error.code,
    info: detail("google.rpc.ErrorInfo"),
    violations: detail("google.rpc.BadRequest")?.fieldViolations ?? [],
  };
}

/** TMF JSON as messages, for the members that the fiber order has. */
function fromTmfJson(json, name) {
  switch (name) {
    case "action": return `ORDER_ITEM_ACTION_${json.toUpperCase()}`;
    case "state": return `SERVICE_STATE_${json.toUpperCase()}`;
    case "value": return toValue(json);
    case "date": case "requestedStartDate": case "requestedCompletionDate": return { seconds: Date.parse(json) / 1000 };
  }
  if (Array.isArray(json)) {
    return json.map((element) => fromTmfJson(element));
  }
  return json !== null && typeof json === "object"
    ? Object.fromEntries(Object.entries(json).map(([key, value]) => [key.replace(/^@/, ""), fromTmfJson(value, key)]))
    : json;
}

/** Any JSON value as google.protobuf.Value. */
function toValue(json) {
  if (json === null) {
    return { nullValue: "NULL_VALUE" };
  }
  if (Array.isArray(json)) {
    return { listValue: { values: json.map(toValue) } };
  }
  return typeof json === "object"
    ? { structValue: { fields: Object.fromEntries(Object.entries(json).map(([key, value]) => [key, toValue(value)])) } }
    : { [`${typeof json}Value`.replace("boolean", "bool")]: json };
}

/** What was sent is all there; the server may have added to it. */
function assertContains(actual, sent, path) {
  if (sent === null || typeof sent !== "object") {
    assert.equal(actual, sent, path);
    return;
  }
  for (const [key, value] of Object.entries(sent)) {
    assertContains(actual?.[key], value, `${path}.${key}`);
  }
}
