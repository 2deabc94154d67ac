// Holds answers of the server against its own OpenAPI documents. Usage: node answers.mjs FOLDER < LINES, where each line is
// {"api": NAME, "verb": TEXT, "path": TEXT, "status": TEXT, "value": JSON}, or {"api": NAME, "webhook": NAME, "value": JSON}. Members that a schema does not name
// are refused unless it says that there may be others. Prints a line for each that is invalid, and at the end how many were valid.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const folder = process.argv[2];
const apis = new Map();

async function open(api) {
  if (!apis.has(api)) {
    const document = JSON.parse(await readFile(join(folder, `${api}.json`), "utf8"));
    const ajv = new Ajv.default({ strict: false, allErrors: true, logger: false });
    addFormats.default(ajv);
    for (const schema of Object.values(document.components.schemas)) close(schema);
    ajv.addSchema(document, api);
    apis.set(api, { document, ajv });
  }
  return apis.get(api);
}

function close(schema) {
  if (schema === null || typeof schema !== "object") return;
  for (const value of Object.values(schema)) close(value);
  if (schema.type === "object" && schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
}

let valid = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { api, verb, path, status, webhook, value } = JSON.parse(line);
  const { document, ajv } = await open(api);
  const what = webhook ?? `${verb} ${path} ${status}`;
  const schema = webhook
    ? document.webhooks[webhook]?.post.requestBody.content["application/json"].schema
    : content(document, verb, path, status)?.schema;
  if (!schema) {
    console.log(`${what}: the document has no such answer`);
    continue;
  }
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${api}#/`)));
  if (validate(value)) valid++;
  else console.log(`${what}: ${ajv.errorsText(validate.errors)}\n  ${JSON.stringify(value).slice(0, 2000)}`);
}
console.log(`${valid} valid`);

function content(document, verb, path, status) {
  const responses = document.paths[path]?.[verb.toLowerCase()]?.responses;
  let response = responses?.[status] ?? responses?.default;
  if (response?.$ref) response = document.components.responses[response.$ref.split("/").pop()];
  return response?.content?.["application/json"] ?? response?.content?.["application/x-ndjson"];
}
