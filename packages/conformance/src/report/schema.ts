/**
 * Checks a value against the part of JSON Schema that the kit's own schema uses.
 *
 * @module
 */

/** A schema, of draft 2020-12, with these keywords and no others that matter. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Where the value does not fit, one sentence each; none when it fits. */
export function schemaProblems(schema: Schema, value: unknown): readonly string[] {
  return check(schema, value, '$', schema);
}

function check(given: Schema, value: unknown, path: string, root: Schema): readonly string[] {
  const schema =
    given.$ref === undefined ? given : (root.$defs?.[given.$ref.replace('#/$defs/', '')] ?? { enum: [] });
  const types = schema.type === undefined ? null : [schema.type].flat();
  if (types !== null && !types.some((type) => hasType(value, type)))
    return [`${path} is not ${types.join(' or ')}`];
  if ('const' in schema && value !== schema.const) return [`${path} is not ${JSON.stringify(schema.const)}`];
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return [`${path} is none of ${schema.enum.join(', ')}`];
  if (
    typeof value === 'string' &&
    schema.pattern !== undefined &&
    !new RegExp(schema.pattern, 'u').test(value)
  ) {
    return [`${path} does not match ${schema.pattern}`];
  }
  if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum) {
    return [`${path} is less than ${schema.minimum}`];
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? [] : value.flatMap((item, n) => check(items, item, `${path}[${n}]`, root));
  }
  return typeof value === 'object' && value !== null ? checkFields(schema, { ...value }, path, root) : [];
}

function checkFields(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  root: Schema,
): readonly string[] {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${path}.${name} is missing`);
  const unknown = additionalProperties
    ? []
    : Object.keys(value)
        .filter((name) => !Object.hasOwn(properties, name))
        .map((name) => `${path}.${name} is unknown`);
  const inner = Object.entries(properties).flatMap(([name, field]) =>
    Object.hasOwn(value, name) ? check(field, value[name], `${path}.${name}`, root) : [],
  );
  return [...missing, ...unknown, ...inner];
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
