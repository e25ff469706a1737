/**
 * orchestrator: speaks with the edge orchestrator over HTTPS: its tokens, its project, its hosts. It verifies TLS always, tries
 * again what may be tried again, and tells every failure as a `VenError` without a secret in it. It knows no fleet, no VM and no file.
 */
export { openOrchestrator, type OpenOrchestrator } from './open.js';
export { PATIENCE, type OrchestratorOptions, type Patience, type Reach } from './options.js';
export { checkAnswers } from './probe.js';
export { withoutTokens } from './tokens-in-text.js';
