export { action } from './action.ts';
export type { ImagePin, PinInputs, PinnedReference } from './inputs.ts';
export type { PinResult } from './pin.ts';
