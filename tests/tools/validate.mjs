// Holds JSON against definitions of a standard's swagger document. Usage: node validate.mjs DOCUMENT < LINES, where each line is
// {"definition": NAME, "value": JSON, "what": TEXT}. Prints a line for each that is invalid, and at the end how many were valid.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";

const document = JSON.parse(await readFile(process.argv[2], "utf8"));
// The discriminator and the examples of swagger are no JSON schema.
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
addFormats(ajv);
ajv.addSchema({ id: "document", definitions: document.definitions });

let valid = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { definition, value, what } = JSON.parse(line);
  const validate = ajv.getSchema(`document#/definitions/${definition}`) ?? fail(`no definition ${definition}`);
  if (validate(value)) valid++;
  else console.log(`${what} is no ${definition}: ${ajv.errorsText(validate.errors)}\n  ${JSON.stringify(value)}`);
}
console.log(`${valid} valid`);

function fail(message) {
  throw new Error(message);
}
