// Draws bodies from a schema of a standard's document, swagger 2 in JSON or OpenAPI 3 in YAML, the same ones for a seed.
//
//   node bodies.mjs DOCUMENT SCHEMA SEED VALID INVALID
//
// Prints a line for each: {"body": JSON} for one that the schema allows, {"body", "fault", "property", "place"} for one with a
// single fault: what was done ("required", "type", "enum", "date"), to which property of which schema ("Note.text"), and where
// (a JSON Pointer).
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const [, , path, root, seed, valid, invalid] = process.argv;
const text = readFileSync(path, "utf8");
const document = path.endsWith(".yaml") ? parse(text) : JSON.parse(text);
const definitions = document.definitions ?? document.components.schemas;
const MostLevels = 5;

let state = Number(seed);
function random(below) {
  // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
}
const pick = (list) => list[random(list.length)];

const nameOf = (schema) => schema.$ref.split("/").pop();
const plain = (name) => name.replace(/_(FVO|Create)$/, "");

// What the schema says, what it inherits first; what is said later wins.
function flatten(schema) {
  if (schema.$ref) return flatten(definitions[nameOf(schema)]);
  const parts = [...(schema.allOf ?? []).map(flatten), schema];
  return {
    ...Object.assign({}, ...parts),
    properties: Object.assign({}, ...parts.map((part) => part.properties)),
    required: [...new Set(parts.flatMap((part) => part.required ?? []))],
  };
}

// A family is one of its classes, by the name that it has in @type; a class is itself.
function classOf(name) {
  const mapping = Object.entries(definitions[name].discriminator?.mapping ?? {});
  if (mapping.length === 0) return [undefined, name];
  const [type, $ref] = pick(mapping);
  return [type, nameOf({ $ref })];
}

const Texts = ["a", "Zürich", "😀", "\"\\/\n", "<&'>", "null", "2020-01-01", "x".repeat(200)];
const date = () => new Date(Date.UTC(2000 + random(60), random(12), 1 + random(28), random(24), random(60), random(60), random(1000))).toISOString();

let items = 0;
function draw(schema, level, places, place, owner) {
  if (schema.$ref) {
    const name = nameOf(schema);
    if (definitions[name].enum) return drawPlain(definitions[name], places, place, owner);
    if (name === "Any") return any(2);
    const [type, actual] = classOf(name);
    const flat = flatten(definitions[actual]);
    if (flat.type && flat.type !== "object" && Object.keys(flat.properties).length === 0) return drawPlain(flat, places, place, owner);
    return drawObject(actual, flat, type, level, places, place, owner);
  }
  if (schema.type === "array") {
    places.push({ kind: "array", place, owner });
    const most = level > MostLevels ? 1 : 2;
    return Array.from({ length: 1 + random(most) }, (_, i) => draw(schema.items, level, places, `${place}/${i}`, `${owner}[]`));
  }
  return drawPlain(schema, places, place, owner);
}

function drawObject(name, flat, type, level, places, place, owner) {
  if (place) places.push({ kind: "object", place, owner });
  const value = {};
  for (const [property, schema] of Object.entries(flat.properties)) {
    const isRequired = flat.required.includes(property);
    const isObject = schema.$ref || schema.type === "array";
    if (Elsewhere.includes(`${plain(name)}.${property}`)) continue;
    if (!isRequired && (random(isObject ? 2 + level * 2 : 2) !== 0 || (isObject && level > MostLevels))) continue;
    const at = `${place}/${property.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const id = `${plain(name)}.${property}`;
    if (isRequired) places.push({ kind: "required", place: at, owner: id });
    value[property] = property === "@type" ? (type ?? plain(name)) : special(name, property, value) ?? draw(schema, level + 1, places, at, id);
    if (property === "@type" || special(name, property, value) !== undefined) places.push({ kind: property === "state" ? "enum" : "string", place: at, owner: id });
  }
  return value;
}

// What names a resource that has to be there.
const Elsewhere = ["ServiceOrderItemRef.serviceOrderId"];

// Where a value has to agree with others of the body, or is none that a resource starts with.
function special(name, property, value) {
  if (name === "ServiceOrderItem" && property === "id") return (value.id ??= `item ${++items}`);
  if (name === "ServiceOrderItemRef" && property === "itemId") return "item 1";
  if (name === "ServiceOrderItemRef" && property === "id") return "item 1";
  if (plain(name) === "Service" && property === "state") return (value.state ??= pick(["designed", "reserved", "inactive", "active"]));
  return undefined;
}

function drawPlain(schema, places, place, owner) {
  if (schema.enum) {
    places.push({ kind: "enum", place, owner });
    return pick(schema.enum);
  }
  switch (schema.type) {
    case "boolean":
      places.push({ kind: "boolean", place, owner });
      return random(2) === 0;
    case "integer":
      places.push({ kind: "integer", place, owner });
      return random(100000);
    case "number":
      places.push({ kind: "number", place, owner });
      return random(100000) / 4;
    case "string":
      if (schema.format === "date-time") {
        places.push({ kind: "date", place, owner });
        return date();
      }
      places.push({ kind: "string", place, owner });
      return schema.format === "base64" ? "aGVsbG8=" : pick(Texts);
    case "object":
      places.push({ kind: "object", place, owner });
      return { a: any(2), "b c": any(1) };
    default:
      return any(2);
  }
}

function any(level) {
  switch (random(level > 0 ? 6 : 4)) {
    case 0: return pick(Texts);
    case 1: return random(1000000) / 8;
    case 2: return random(2) === 0;
    case 3: return random(1000);
    case 4: return Array.from({ length: 1 + random(3) }, () => any(level - 1));
    default: return { a: any(level - 1), "b c": any(level - 1) };
  }
}

const Wrong = {
  required: [["required", undefined]],
  object: [["type", "x"], ["type", 7], ["type", ["x"]]],
  array: [["type", "x"], ["type", { a: 1 }], ["type", true]],
  string: [["type", 7], ["type", true], ["type", { a: 1 }], ["type", ["x"]]],
  boolean: [["type", "yes"], ["type", 1], ["type", []]],
  integer: [["type", 1.5], ["type", "x"], ["type", true], ["type", {}]],
  number: [["type", "x"], ["type", true], ["type", [1]]],
  enum: [["enum", "none of them"], ["type", 1], ["type", {}]],
  date: [["date", "tomorrow"], ["date", "2026-02-30T00:00:00Z"], ["date", "2026-01-15"], ["date", ""], ["type", 20260115], ["type", {}]],
};

function break_(body, { kind, place, owner }) {
  const [fault, wrong] = pick(Wrong[kind]);
  const steps = place.slice(1).split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = steps.pop();
  const around = steps.reduce((value, step) => value[step], body);
  if (wrong === undefined) delete around[last];
  else around[last] = wrong;
  return { body, fault, property: owner, place };
}

const whole = () => {
  items = 0;
  const places = [];
  const [type, name] = classOf(root);
  return { body: drawObject(name, flatten(definitions[name]), type, 0, places, "", plain(root)), places };
};
for (let i = 0; i < Number(valid); i++) console.log(JSON.stringify({ body: whole().body }));
for (let i = 0; i < Number(invalid); i++) {
  const { body, places } = whole();
  console.log(JSON.stringify(break_(body, pick(places))));
}
