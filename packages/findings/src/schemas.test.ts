import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { schemas } from './schemas.ts';

const folder = join(import.meta.dirname, '../../../schemas');

describe('the published schemas', () => {
	it.each(Object.entries(schemas()))('%s is what the code checks with', (name, schema) => {
		expect(readFileSync(join(folder, name), 'utf8')).toBe(`${JSON.stringify(schema, undefined, '\t')}\n`);
	});

	it.each(Object.entries(schemas()))('%s is a sound JSON Schema', (_, schema) => {
		expect(new Ajv2020({ strict: true }).validateSchema(schema)).toBe(true);
	});
});
