import { createInputs } from '@ecr-pipeline/core';
import { describe, expect, it } from '@jest/globals';
import { type BuildInputs, readInputs } from './inputs.ts';

function read(given: Readonly<Record<string, string>>): BuildInputs {
	const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
	const inputs = createInputs(env);
	const result = readInputs(inputs, env);
	inputs.finish();
	return result;
}

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;

describe('the repository', () => {
	it('may name its registry', () => {
		expect(read({ repository: '127.0.0.1:5000/team/app' })).toMatchObject({
			registry: '127.0.0.1:5000',
			repository: 'team/app',
		});
	});

	it('has no tag, and only one registry', () => {
		expect(() => read({ repository: 'team/app:v1' })).toThrow(/without a tag/);
		expect(() => read({ repository: 'a.example/app', registry: 'b.example' })).toThrow(/names another one, a\.example/);
		expect(() => read({})).toThrow(/"repository": it is required/);
	});
});

describe('what has no effect', () => {
	it('is an error with a prebuilt image, and the defaults of action.yml are not', () => {
		const defaults = {
			context: '.',
			'no-cache': 'false',
			pull: 'false',
			provenance: 'false',
			sbom: 'false',
			cache: 'none',
		};
		expect(read({ repository: 'app', 'oci-layout': 'out', ...defaults }).layout).toBe('out');
		expect(() => read({ repository: 'app', 'oci-layout': 'out', target: 'x', push: 'false' })).toThrow(
			/"target" is "x": it has no effect with oci-layout[\s\S]*"push"/,
		);
	});

	it('is never shown when it is a secret', () => {
		expect(() => read({ repository: 'app', merge: DIGEST, secrets: 'token=hunter2' })).toThrow(
			/^(?![\s\S]*hunter2)[\s\S]*"secrets"/,
		);
	});
});

describe('what contradicts', () => {
	it('attestations and the profiles that have none', () => {
		expect(() => read({ repository: 'app', profile: 'lambda', provenance: 'mode=max' })).toThrow(/no attestations/);
		expect(() => read({ repository: 'app', profile: 'reproducible', sbom: 'true' })).toThrow(/time of the build/);
	});

	it('several platforms and AWS Lambda', () => {
		expect(() => read({ repository: 'app', profile: 'lambda', platforms: 'linux/amd64,linux/arm64' })).toThrow(
			/one platform/,
		);
	});

	it('a place for the image and pushing it', () => {
		expect(() => read({ repository: 'app', 'oci-layout-output': 'out' })).toThrow(/with push: false/);
	});
});

describe('secrets', () => {
	it('keep commas, and line ends in quotes', () => {
		const { recipe } = read({ repository: 'app', secrets: 'a=x,y=z\n"b=1\n2"', 'secret-envs': 'c=TOKEN' });
		expect(recipe.secrets).toEqual([
			{ kind: 'value', id: 'a', value: 'x,y=z' },
			{ kind: 'value', id: 'b', value: '1\n2' },
			{ kind: 'env', id: 'c', variable: 'TOKEN' },
		]);
	});

	it('that are malformed are not shown', () => {
		expect(() => read({ repository: 'app', secrets: 'hunter2' })).toThrow(/^(?![\s\S]*hunter2)[\s\S]*"secrets"/);
	});
});

describe('merge', () => {
	it('takes a list, or the outputs of a matrix with all that is in them', () => {
		expect(read({ repository: 'app', merge: `${DIGEST}\napp@${OTHER}` }).merge).toEqual([DIGEST, OTHER]);
		const outputs = {
			'digest-linux-amd64': DIGEST,
			'digest-linux-arm64': OTHER,
			digest: OTHER,
			repository: 'app',
			empty: '',
		};
		expect(read({ repository: 'app', merge: JSON.stringify(outputs) }).merge).toEqual([DIGEST, OTHER]);
	});

	it('needs digests of this repository', () => {
		expect(() => read({ repository: 'app', merge: `other@${DIGEST}` })).toThrow(/each is a digest, or app@/);
		expect(() => read({ repository: 'app', merge: '{"digest":""}' })).toThrow(/no digest is in it/);
		expect(() => read({ repository: 'app', merge: '{oops' })).toThrow(/starts like JSON/);
	});
});

describe('the settings of a new repository', () => {
	const create = (settings: string) =>
		read({ repository: 'app', 'create-repository': 'true', 'repository-settings': settings }).create;

	it('are the safe ones by default', () => {
		expect(read({ repository: 'app', 'create-repository': 'true' }).create).toMatchObject({
			mutability: 'IMMUTABLE',
			scanOnPush: true,
			encryption: { type: 'AES256' },
		});
	});

	it('take policies as JSON or as YAML', () => {
		expect(create('lifecycle-policy: {rules: []}\nrepository-policy: \'{"Statement":[]}\'')).toMatchObject({
			lifecyclePolicy: '{"rules":[]}',
			repositoryPolicy: '{"Statement":[]}',
		});
	});

	it('turn immutable with exclusions where there are any', () => {
		expect(create('exclusion-filters: [latest, buildcache-*]')?.mutability).toBe('IMMUTABLE_WITH_EXCLUSION');
		expect(() => create('mutability: mutable\nexclusion-filters: [latest]')).toThrow(/do not go together/);
	});

	it('name every key that is unknown', () => {
		expect(() => create('mutable: true\nscan: x')).toThrow(/mutable, scan is not one of/);
		expect(() => create('- a')).toThrow(/a YAML mapping/);
		expect(() => create('encryption: {type: ROT13}')).toThrow(/AES256, KMS or KMS_DSSE/);
	});

	it('have no effect without create-repository', () => {
		expect(() => read({ repository: 'app', 'repository-settings': 'mutability: MUTABLE' })).toThrow(
			/create-repository: true only/,
		);
	});
});
