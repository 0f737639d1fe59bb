import type { Operations } from '../aws/call.ts';
import { listCoverage } from './coverage.ts';
import { batchGetFindingDetails } from './details.ts';
import { listFindings } from './findings.ts';

/** The Inspector API, by operation. */
export const inspectorOperations: Operations = {
	ListCoverage: listCoverage,
	ListFindings: listFindings,
	BatchGetFindingDetails: batchGetFindingDetails,
};
