import { FINDINGS_SCHEMA } from './findings-schema.ts';
import { POLICY_SCHEMA } from './policy-schema.ts';
import { GATE_RESULT_SCHEMA } from './result-schema.ts';

/** The JSON Schemas that this package publishes, by file name. */
export function schemas(): Readonly<Record<string, object>> {
	return {
		'findings.schema.json': FINDINGS_SCHEMA,
		'gate-on-findings-result.schema.json': GATE_RESULT_SCHEMA,
		'policy.schema.json': POLICY_SCHEMA,
	};
}
