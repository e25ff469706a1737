// Generated from templates/*.njk by `npm run generate`. Do not edit.
interface Compiled {
  type: 'code';
  obj: object;
}
export declare const compiled: Record<'domain' | 'network' | 'volume', Compiled>;
