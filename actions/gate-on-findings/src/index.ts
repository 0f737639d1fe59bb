export { action } from './action.ts';
export { type GateResult, gateOnFindings } from './gate.ts';
export type { GateInputs } from './inputs.ts';
