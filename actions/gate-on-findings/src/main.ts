import { setFlagsFromString } from 'node:v8';
import { runAction } from '@ecr-pipeline/core';
import { action } from './action.ts';

// All that this action makes of many findings lives to its end. A young generation of 64 MB, which V8 would grow to for
// them, saves no time here and is a quarter of the memory (docs/decisions/0026-memory-of-the-gate.md).
setFlagsFromString('--semi-space-growth-factor=1');

await runAction(action);
