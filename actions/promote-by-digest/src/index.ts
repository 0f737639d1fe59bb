export { action } from './action.ts';
export type { PromoteInputs } from './inputs.ts';
export type { PromoteResult } from './result.ts';
