export { action } from './action.ts';
export type { LoginInputs } from './inputs.ts';
export type { LoginResult } from './login.ts';
export { logOut } from './logout.ts';
