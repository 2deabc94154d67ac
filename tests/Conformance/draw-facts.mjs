// Draws the facts of a TM Forum swagger that the contract is held against: which definitions there are, their properties,
// types, formats, what is required, and the values of enums. No sentence of the standard is taken.
//
//   node tests/Conformance/draw-facts.mjs path/to/TMF641-ServiceOrdering-v4.1.0.swagger.json > tests/Conformance/tmf641-v4.1.facts.csv
//
// A type in brackets is an array. A row without a property is the definition itself; one without a type is a property
// that the definition requires and does not have.
import { readFileSync } from 'node:fs';

const { definitions } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const isRoot = (name) =>
  /^(Cancel)?ServiceOrder(_Create|_Update)?$/.test(name) || /^EventSubscription(Input)?$/.test(name) || /Event$/.test(name) || name === 'Error';

const typeOf = (schema) =>
  schema.$ref ? schema.$ref.split('/').pop() : schema.type === 'array' ? `[${typeOf(schema.items)}]` : (schema.type ?? '');

const rows = new Map();
function draw(name) {
  if (rows.has(name)) return;
  const { properties = {}, required = [], enum: values = [] } = definitions[name];
  const own = [];
  rows.set(name, own);
  if (Object.keys(properties).length === 0) own.push([name, '', values.length ? 'enum' : 'any', '', '', values.join('|')]);
  for (const property of [...Object.keys(properties), ...required.filter((property) => !(property in properties))]) {
    const schema = properties[property] ?? {};
    own.push([name, property, typeOf(schema), schema.format ?? '', required.includes(property) ? 'required' : '', (schema.enum ?? []).join('|')]);
    const reference = typeOf(schema).replace(/[[\]]/g, '');
    if (reference in definitions) draw(reference);
  }
}

Object.keys(definitions).filter(isRoot).forEach(draw);
console.log('definition,property,type,format,required,values');
for (const name of [...rows.keys()].sort()) rows.get(name).forEach((row) => console.log(row.join(',')));
