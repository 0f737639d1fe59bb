export type { FaultKind, FaultRule } from './faults/rules.ts';
export { SeedError } from './seed/document.ts';
export type { RequestEntry } from './server/request-log.ts';
export { type LocalEcr, type LocalEcrOptions, startLocalEcr } from './server/start.ts';
