import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { RELEASE_LIST_SCHEMA } from './release-list-schema.ts';
import { PROMOTE_RESULT_SCHEMA } from './result-schema.ts';

const FOLDER = join(import.meta.dirname, '../../../schemas');

describe('the published schemas', () => {
	it.each([
		['release-list.schema.json', RELEASE_LIST_SCHEMA],
		['promote-by-digest-result.schema.json', PROMOTE_RESULT_SCHEMA],
	])('%s is what the code checks with', (name, schema) => {
		expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(`${JSON.stringify(schema, undefined, '\t')}\n`);
	});
});
