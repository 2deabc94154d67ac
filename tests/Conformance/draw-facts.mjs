// Draws the facts of a swagger or OpenAPI document of TM Forum or ONAP that the contract is held against: which definitions
// there are, their properties, types, formats, what is required, and the values of enums. No sentence of the standard is taken.
//
//   node tests/Conformance/draw-facts.mjs path/to/TMF641-ServiceOrdering-v4.1.0.swagger.json > tests/Conformance/tmf641-v4.1.facts.csv
//   node tests/Conformance/draw-facts.mjs path/to/TMF638-ServiceInventory-v5.0.0.oas.yaml > tests/Conformance/tmf638-v5.facts.csv
//   node tests/Conformance/draw-facts.mjs path/to/ONAP-NBI-serviceOrder-v3.swagger.json > tests/Conformance/onap-nbi-v3.facts.csv
//   node tests/Conformance/draw-facts.mjs path/to/ONAP-NBI-serviceOrder-v4.1.swagger.json > tests/Conformance/onap-nbi-v4.facts.csv
//   node tests/Conformance/draw-facts.mjs path/to/ONAP-NBI-hub-v4.swagger.json > tests/Conformance/onap-nbi-hub-v4.facts.csv
//
// A type in brackets is an array. A row without a property is the definition itself: an enum, any value, or a family,
// which is one of the classes that it names. A row without a type is a property that the definition requires and does
// not have. What a definition inherits stands with it. The forms that v5 has of every definition, for creation (_FVO)
// and for change (_MVO), are drawn as one with it: it has what one of them has, and requires what one of them requires.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [, , path] = process.argv;
const text = readFileSync(path, 'utf8');
const document = path.endsWith('.yaml') ? createRequire(new URL('../tools/', import.meta.url))('yaml').parse(text) : JSON.parse(text);
const definitions = document.definitions ?? document.components.schemas;
const isRoot = (name) =>
  /^(Cancel)?ServiceOrder(_Create|_Update)?$/.test(name) || /^EventSubscription(Input)?$/.test(name) || /^(Service|Hub)_FVO$/.test(name) ||
  (/Event$/.test(name) && !/^(Base)?Event$/.test(name)) || name === 'Error' ||
  /^(CreateServiceOrder|CreateHub|HubIn|Hub|ErrorRepresentation)$/.test(name) || /Notification$/.test(name);

const plain = (name) => name.replace(/_[FM]VO$/, '');
const referenced = (schema) => schema.$ref.split('/').pop();
const typeOf = (schema) =>
  schema.$ref ? plain(referenced(schema)) : schema.type === 'array' ? `[${typeOf(schema.items)}]` : (schema.type ?? '');
const forms = (name) => ['', '_FVO', '_MVO'].map((suffix) => name + suffix).filter((form) => form in definitions);

// What the schema says, what it inherits first; what is said later wins.
function flatten(schema) {
  const parts = [...(schema.allOf ?? []).map((part) => flatten(part.$ref ? definitions[referenced(part)] : part)), schema];
  return {
    properties: Object.assign({}, ...parts.map((part) => part.properties)),
    required: parts.flatMap((part) => part.required ?? []),
  };
}

const rows = new Map();
function draw(name) {
  if (rows.has(name)) return;
  const own = [];
  rows.set(name, own);
  const schemas = forms(name).map((form) => definitions[form]);
  const flat = schemas.map(flatten);
  const properties = Object.assign({}, ...flat.map((form) => form.properties));
  const required = flat.flatMap((form) => form.required);
  const values = schemas[0].enum ?? [];
  const classes = [...new Set(schemas.flatMap((schema) =>
    [...(schema.oneOf ?? []).map(referenced), ...Object.values(schema.discriminator?.mapping ?? {}).map(($ref) => referenced({ $ref }))].map(plain)))];
  if (classes.some((other) => other !== name)) {
    own.push([name, '', 'family', '', '', classes.join('|')]);
    classes.forEach(draw);
  } else if (Object.keys(properties).length === 0) {
    own.push([name, '', values.length ? 'enum' : 'any', '', '', values.join('|')]);
  }
  for (const property of new Set([...Object.keys(properties), ...required])) {
    const schema = properties[property] ?? {};
    own.push([name, property, typeOf(schema), schema.format ?? '', required.includes(property) ? 'required' : '', (schema.enum ?? []).join('|')]);
    const reference = typeOf(schema).replace(/[[\]]/g, '');
    if (reference in definitions) draw(reference);
  }
}

Object.keys(definitions).filter(isRoot).map(plain).forEach(draw);
console.log('definition,property,type,format,required,values');
for (const name of [...rows.keys()].sort()) rows.get(name).forEach((row) => console.log(row.join(',')));
