/** What runs templates that are compiled, of the same package. */
declare module 'nunjucks/browser/nunjucks-slim.js' {
  import nunjucks from 'nunjucks';
  /** A template as `precompileString` wrote it. */
  interface Compiled {
    type: 'code';
    obj: object;
  }
  const slim: Pick<typeof nunjucks, 'Environment' | 'runtime'> & {
    Template: new (
      source: Compiled,
      environment: nunjucks.Environment,
      name: string,
    ) => nunjucks.Template;
  };
  export default slim;
}
