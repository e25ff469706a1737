/** Objects of the API as plain JSON: reading what may not be there, and putting pieces together. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is at a path of keys; undefined: nothing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isMap(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}

/** A text or a number as text; null: it is neither. */
export function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = at(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : null;
}

/** The maps in a list; empty: there is no list. */
export function mapsAt(value: unknown, ...path: readonly string[]): JsonObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isMap) : [];
}

export function namedIn(list: readonly JsonObject[], name: string): JsonObject | undefined {
  return list.find((each) => each['name'] === name);
}

/** Maps are merged, lists are joined; of two other values the second counts. */
export function merged(a: JsonObject, b: JsonObject): JsonObject {
  const all: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = all[key];
    if (isMap(before) && isMap(value)) all[key] = merged(before, value);
    else if (Array.isArray(before) && Array.isArray(value)) all[key] = [...before, ...value];
    else all[key] = value;
  }
  return all;
}

/**
 * Each value that is no map or list, by its path: `domain.devices.disks[sda].disk.bus`. An entry of
 * a list goes by its name; an empty map is a value.
 */
export function leaves(value: unknown, path = ''): [path: string, leaf: unknown][] {
  if (Array.isArray(value))
    return value.flatMap((each, index) => {
      const name = textAt(each, 'name') ?? String(index);
      return leaves(each, `${path}[${name}]`);
    });
  if (isMap(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, inner]) =>
      leaves(inner, path === '' ? key : `${path}.${key}`),
    );
  return [[path, value]];
}
