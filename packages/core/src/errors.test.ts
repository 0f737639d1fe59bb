import { describe, expect, it } from '@jest/globals';
import { explainAwsError } from './aws.ts';
import { PipelineError } from './errors.ts';

describe('PipelineError', () => {
	it('says what was attempted, what answered, and what to do', () => {
		const error = new PipelineError({
			code: 'conflict',
			attempted: 'Could not tag app',
			answer: 'v1 stands on another digest',
			fix: 'Use another tag.',
		});
		expect(error.message).toBe('Could not tag app: v1 stands on another digest. Use another tag.');
	});
});

describe('explainAwsError', () => {
	it('names the code, the request id and the IAM action of a refusal', () => {
		const refusal = Object.assign(new Error('User: x is not authorized'), {
			name: 'AccessDeniedException',
			$metadata: { httpStatusCode: 400, requestId: 'abc-1' },
		});
		const error = explainAwsError(refusal, 'Could not put app', 'ecr:PutImage on arn:x');
		expect(error.code).toBe('access-denied');
		expect(error.message).toBe(
			'Could not put app: AccessDeniedException: User: x is not authorized (HTTP 400, request id abc-1). Grant ecr:PutImage on arn:x to the role of this step, and check that its credentials have not expired.',
		);
	});

	it('leaves an error that is explained already as it is', () => {
		const error = new PipelineError({ code: 'refused', attempted: 'No' });
		expect(explainAwsError(error, 'x', 'y')).toBe(error);
	});
});
