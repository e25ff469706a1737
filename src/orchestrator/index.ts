/**
 * orchestrator: speaks with the edge orchestrator over HTTPS about its tokens, its project and its
 * hosts. It always verifies TLS, retries what may be retried, and reports every failure as a
 * `VenError` without a secret. It knows no fleet, no VM and no file.
 */
export { fetchAuthority, type Authority } from './authority.js';
export { openOrchestrator, type OpenOrchestrator } from './open.js';
export { PATIENCE, type OrchestratorOptions, type Patience, type Reach } from './options.js';
export { checkAnswers } from './probe.js';
