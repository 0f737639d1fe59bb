export { action } from './action.ts';
export type { BuildInputs } from './inputs.ts';
export type { BuildResult } from './result.ts';
