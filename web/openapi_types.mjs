// Makes generated/schema.ts of openapi.json: an interface for each schema, and a table of the
// operations with what they take and answer. Only the few forms that our own file has are known;
// another one stops the build.
const word = /^[A-Za-z_$][\w$]*$/;
const key = (name) => (word.test(name) ? name : JSON.stringify(name));

export function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  switch (schema.type) {
    case undefined: return "Json";
    case "string": return "string";
    case "integer": case "number": return "number";
    case "boolean": return "boolean";
    case "null": return "null";
    case "array": {
      const item = typeOf(schema.items);
      return item.includes(" ") ? `(${item})[]` : `${item}[]`;
    }
    case "object": return schema.properties ? objectOf(schema) : "JsonObject";
    default: throw new Error(`openapi.json: no type for ${JSON.stringify(schema)}`);
  }
}

function objectOf(schema) {
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties).map(
    ([name, inner]) => `  ${key(name)}${required.has(name) ? "" : "?"}: ${typeOf(inner)};`);
  return `{\n${members.join("\n")}\n}`;
}

const bodyOf = (part) => {
  const schema = part?.content?.["application/json"]?.schema;
  return schema ? typeOf(schema) : "null";
};

function operationOf(method, path, operation) {
  const query = operation.parameters.filter((one) => one.in === "query")
    .map((one) => `${key(one.name)}?: ${typeOf(one.schema)}`).join("; ");
  const [, success] = Object.entries(operation.responses).filter(([status]) => status.startsWith("2")).pop();
  return `  ${JSON.stringify(`${method.toUpperCase()} ${path}`)}: ` +
    `{ query: { ${query} }; body: ${bodyOf(operation.requestBody)}; answer: ${bodyOf(success)} };`;
}

export function makeTypes(file) {
  const schemas = Object.entries(file.components.schemas).map(([name, schema]) => {
    const type = typeOf(schema);
    return type.startsWith("{") ? `export interface ${name} ${type}` : `export type ${name} = ${type};`;
  });
  const operations = Object.entries(file.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(method, path, operation)));
  return `// Made from web/openapi.json by openapi_types.mjs.
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject { [name: string]: Json }

${schemas.join("\n\n")}

export interface Operations {
${operations.join("\n")}
}
`;
}
