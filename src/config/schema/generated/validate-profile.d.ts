// Generated from schemas/profile.schema.yaml by `npm run generate`. Do not edit.
import type { Schema } from '../walk.js';

/** One complaint of the validator. */
export interface SchemaError {
  /** JSON pointer into the data. */
  instancePath: string;
  /** JSON pointer into the schema, through `$ref`s. */
  schemaPath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
  /** Set when the complaint is about a key itself. */
  propertyName?: string;
}
export interface Validate {
  (data: unknown): boolean;
  /** Of the last call. */
  errors?: SchemaError[] | null;
}
export declare const validate: Validate;
export declare const schema: Schema;
