export { action } from './action.ts';
export type { WaitInputs } from './inputs.ts';
export type { ManifestOutcome, ScanState } from './outcome.ts';
export type { WaitResult } from './wait.ts';
