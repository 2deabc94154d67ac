// Holds JSON against the schemas of a standard's document, swagger 2 in JSON or OpenAPI 3 in YAML. Usage: node validate.mjs
// DOCUMENT [DEFINITION.PROPERTY ...] < LINES, where each line is {"definition": NAME, "value": JSON, "what": TEXT}, and the
// properties are those that need not be there whatever the document says. Prints a line for each that is invalid, and at
// the end how many were valid.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const path = process.argv[2];
const text = await readFile(path, "utf8");
const document = path.endsWith(".yaml") ? parse(text) : JSON.parse(text);
const definitions = document.definitions ?? document.components.schemas;
for (const exception of process.argv.slice(3)) {
  const [name, property] = exception.split(/\.(.*)/s);
  definitions[name].required = definitions[name].required.filter((each) => each !== property);
}
const nameOf = (schema) => schema.$ref.split("/").pop();
const mappingOf = (name) => Object.entries(definitions[name]?.discriminator?.mapping ?? {}).map(([type, $ref]) => [type, nameOf({ $ref })]);

// What has a discriminator is of the class that it names. Only where a value stands: what a class inherits is plain.
const classed = (name) => (mappingOf(name).some(([, other]) => other !== name) ? `${name}~` : name);
const plain = (name) => ({ $ref: `#/definitions/${name}` });
const isOf = (type, schema) => ({ anyOf: [{ not: { properties: { "@type": { enum: [type] } }, required: ["@type"] } }, schema] });

function read(schema, isInherited = false) {
  if (Array.isArray(schema)) return schema.map((each) => read(each, isInherited));
  if (schema === null || typeof schema !== "object") return schema;
  if (typeof schema.$ref === "string") return plain(isInherited ? nameOf(schema) : classed(nameOf(schema)));
  const { discriminator, nullable, oneOf, example, ...rest } = schema;
  if (rest.required?.length === 0) delete rest.required;
  const result = {};
  for (const [key, value] of Object.entries(rest)) result[key] = key === "enum" ? value : read(value, key === "allOf");
  // Classes have no members that tell them apart: a value is of one of them at least.
  if (oneOf) result.anyOf = read(oneOf);
  if (nullable && typeof result.type === "string") result.type = [result.type, "null"];
  return result;
}

const schemas = {};
for (const name of Object.keys(definitions)) {
  schemas[name] = read(definitions[name], true);
  if (classed(name) !== name)
    schemas[`${name}~`] = { allOf: [plain(name), ...mappingOf(name).filter(([, other]) => other !== name).map(([type, other]) => isOf(type, plain(other)))] };
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true, logger: false });
addFormats(ajv);
ajv.addSchema({ id: "document", definitions: schemas });

let valid = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { definition, value, what } = JSON.parse(line);
  const validate = ajv.getSchema(`document#/definitions/${classed(definition)}`) ?? fail(`no definition ${definition}`);
  if (validate(value)) valid++;
  else console.log(`${what} is no ${definition}: ${ajv.errorsText(validate.errors)}\n  ${JSON.stringify(value)}`);
}
console.log(`${valid} valid`);

function fail(message) {
  throw new Error(message);
}
