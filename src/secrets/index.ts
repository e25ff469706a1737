/**
 * secrets: finds and masks what nobody may read. How a secret is known (its value, the password of
 * a proxy or a URI, a token's looks, what follows a prompt, where it is written into a fleet file),
 * in which forms a text spells it, and what stands there instead. Pure, and linear in the text: no
 * pattern is ever built from a secret, so a long one is like a short one.
 */
export { MASK, starsFor } from './mark.js';
export { bytesOf, type ByteForm } from './forms.js';
export { SecretFinder, type Stretch } from './find.js';
export { createMasker, LineMask, type Masker } from './mask.js';
export { secretPrompts, TRIED } from './prompts.js';
export { maskLooks, maskTokens, starUriPasswords } from './looks.js';
export { outgoingMask, type OutgoingMask } from './outgoing.js';
export { likelySecrets, starPasswords, starred } from './literal.js';
export {
  maskRemembered,
  proxyPasswords,
  rememberSecret,
  rememberVariable,
  showingVariables,
} from './known.js';
export { InsertedVariables } from './variables.js';
