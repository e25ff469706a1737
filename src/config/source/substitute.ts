/**
 * `${VAR}` and `${VAR:-default}` in a parsed string; `$${` is a literal `${`. Inserted text is not
 * searched again.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Substitution {
  text: string;
  /** At least one variable was inserted. */
  substituted: boolean;
  problems: { rule: 'unset-variable' | 'bad-substitution'; message: string; hint: string }[];
}

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const BODY = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([^]*))?$/;

export function substitute(text: string, env: Environment): Substitution {
  if (!text.includes('${')) return { text, substituted: false, problems: [] };
  const problems: Substitution['problems'] = [];
  let substituted = false;
  const result = text.replace(
    REFERENCE,
    (whole: string, body: string | undefined, close: string | undefined) => {
      if (body === undefined) return '${';
      const parts = BODY.exec(body);
      if (!parts?.[1] || close === '') {
        problems.push({
          rule: 'bad-substitution',
          message:
            close === ''
              ? 'A `${` is never closed'
              : `"\${${body.slice(0, 40)}}" does not name a variable`,
          hint: 'Write ${NAME} or ${NAME:-default}; for a literal ${ write $${.',
        });
        return whole;
      }
      const [, name, fallback] = parts;
      const value = Object.hasOwn(env, name) ? env[name] : undefined;
      if (fallback === undefined ? value !== undefined : value) {
        substituted = true;
        return value ?? '';
      }
      if (fallback !== undefined) {
        substituted = true;
        return fallback;
      }
      problems.push({
        rule: 'unset-variable',
        message: `The environment variable ${name} is not set`,
        hint: `Set it (export ${name}=…), or give a default: \${${name}:-…}.`,
      });
      return whole;
    },
  );
  return { text: result, substituted, problems };
}

/**
 * Keys whose value may be a number or a boolean. Elsewhere inserted text stays text, so that a
 * title may be `42`.
 */
const NUMBERS_AND_BOOLEANS: ReadonlySet<unknown> = new Set([
  'count',
  'cpus',
  'port',
  'tpm',
  'autostart',
  'protect',
  'dhcp',
]);

/** The value of an unquoted `${VAR}` at this key. */
export function asScalar(
  text: string,
  key: string | number | undefined,
): string | number | boolean {
  if (!NUMBERS_AND_BOOLEANS.has(key)) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^(0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : text;
}
