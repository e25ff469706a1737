/**
 * Where a secret is: a variable of ven's environment, or a file (path relative to the fleet file).
 * Never the secret itself.
 */
export type SecretReference = { env: string } | { file: string };

/** Reads what a reference names. Throws a VenError that holds no part of the secret. */
export type ReadSecret = (reference: SecretReference) => string;
