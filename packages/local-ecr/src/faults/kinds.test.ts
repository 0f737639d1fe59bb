import { afterEach, describe, expect, it } from '@jest/globals';
import { type Answer, send } from '../../test/http.ts';
import { logIn, type PushedImage, pushImage, type Registry } from '../../test/support.ts';
import { readCommandLine } from '../cli/options.ts';
import { sha256 } from '../ids.ts';
import { type LocalEcr, startLocalEcr } from '../server/start.ts';
import type { FaultKind, FaultRule } from './rules.ts';

const SEED = JSON.stringify({
	repositories: ['app'],
	ecs: [{ taskDefinitions: [{ family: 'web', containerDefinitions: [{ name: 'web', image: 'web' }] }] }],
	github: { requestToken: 'known' },
});
const CREDENTIAL = 'AWS4-HMAC-SHA256 Credential=AKIA111111111111TEST/20260101/us-east-1/x/aws4_request, Signature=0';

interface Stage {
	readonly server: LocalEcr;
	readonly registry: Registry;
	readonly image: PushedImage;
	/** Where the layer of the image is. */
	readonly layerUrl: string;
}

const api = (server: LocalEcr, target: string, body: object = {}) =>
	send('POST', server.url, {
		headers: { authorization: CREDENTIAL, 'x-amz-target': target },
		body: JSON.stringify(body),
	});

/** One request of each part of AWS that faults strike. */
const REQUESTS = {
	'ecr:DescribeImages': ({ server }: Stage) =>
		api(server, 'AmazonEC2ContainerRegistry_V20150921.DescribeImages', { repositoryName: 'app' }),
	'ecr-public:DescribeRegistries': ({ server }: Stage) => api(server, 'SpencerFrontendService.DescribeRegistries'),
	'ecs:ListTaskDefinitions': ({ server }: Stage) =>
		api(server, 'AmazonEC2ContainerServiceV20141113.ListTaskDefinitions'),
	'inspector2:ListCoverage': ({ server }: Stage) =>
		send('POST', `${server.url}/coverage/list`, { headers: { authorization: CREDENTIAL }, body: '{}' }),
	'inspector2:BatchGetFindingDetails': ({ server }: Stage) =>
		send('POST', `${server.url}/findings/details/batch/get`, {
			headers: { authorization: CREDENTIAL },
			body: '{"findingArns":["none"]}',
		}),
	'sts:GetCallerIdentity': ({ server }: Stage) =>
		send('POST', server.url, {
			headers: { authorization: CREDENTIAL },
			body: 'Action=GetCallerIdentity&Version=2011-06-15',
		}),
	'github:GetToken': ({ server }: Stage) =>
		send('GET', server.environment().ACTIONS_ID_TOKEN_REQUEST_URL ?? '', {
			headers: { authorization: 'bearer known' },
		}),
	'v2:GetManifest': ({ registry }: Stage) => registry.send('GET', '/v2/app/manifests/v1'),
	'storage:GetLayer': ({ layerUrl }: Stage) => send('GET', layerUrl),
} as const;
type Operation = keyof typeof REQUESTS;
const EVERYWHERE = Object.keys(REQUESTS) as Operation[];
const WITH_BODY: readonly Operation[] = ['ecr:DescribeImages', 'v2:GetManifest', 'storage:GetLayer'];

/** What each kind does to an answer: whether this one shows it. A connection that breaks has no answer. */
interface Kind {
	readonly rule: Omit<FaultRule, 'operation' | 'fault'>;
	readonly operations: readonly Operation[];
	readonly shows: (answer: Answer | undefined, usual: Answer, operation: Operation) => boolean;
}
const refused = (statuses: Readonly<Record<string, number>>, words: RegExp) => {
	return (answer: Answer | undefined, _usual: Answer, operation: Operation) =>
		answer?.status === (statuses[operation.split(':')[0] ?? ''] ?? 400) && words.test(answer.body.toString());
};
const throttled = refused(
	{ v2: 429, storage: 503, github: 429, inspector2: 429 },
	/throttl|SlowDown|toomanyrequests|rate/i,
);
const bits = (a: Buffer, b: Buffer) =>
	a.reduce((sum, byte, at) => sum + Number((byte ^ (b[at] ?? 0)).toString(2).replaceAll('0', '').length), 0);
const TIMED: Pick<Kind, 'operations' | 'shows'> = {
	operations: WITH_BODY,
	shows: (answer, usual) => answer?.status === 200 && answer.body.equals(usual.body),
};

const KINDS: Readonly<Record<Exclude<FaultKind, 'lag'>, Kind>> = {
	latency: { rule: { ms: 120 }, ...TIMED },
	slow: { rule: { bytesPerSecond: 1000 }, ...TIMED },
	throttle: {
		rule: { retryAfterSeconds: 7 },
		operations: EVERYWHERE,
		shows: (answer, usual, operation) => answer?.headers['retry-after'] === '7' && throttled(answer, usual, operation),
	},
	error: { rule: { status: 502 }, operations: EVERYWHERE, shows: (answer) => answer?.status === 502 },
	reset: { rule: {}, operations: EVERYWHERE, shows: (answer) => answer === undefined },
	truncate: { rule: {}, operations: WITH_BODY, shows: (answer) => answer === undefined },
	'wrong-bytes': {
		rule: {},
		operations: WITH_BODY,
		shows: (answer, usual) => answer !== undefined && bits(answer.body, usual.body) === 1,
	},
	'wrong-digest': {
		rule: {},
		operations: ['ecr:DescribeImages', 'v2:GetManifest'],
		shows: (answer, usual) => {
			const named = (one: Answer | undefined) =>
				String(
					one?.headers['docker-content-digest'] ?? /"imageDigest":"([^"]*)"/.exec(one?.body.toString() ?? '')?.[1],
				);
			return /^sha256:[0-9a-f]{64}$/.test(named(answer)) && named(answer) !== named(usual);
		},
	},
	'expired-token': {
		rule: {},
		operations: EVERYWHERE,
		shows: refused({ v2: 403, storage: 403, github: 401 }, /expired/i),
	},
};
/** A rule as the command line has it. */
const asOption = ({ operation, fault, ...members }: FaultRule) =>
	[`${operation}=${fault}`, ...Object.entries(members).map(([name, value]) => `${name}=${value}`)].join(',');

let running: LocalEcr | undefined;
afterEach(async () => {
	await running?.close();
	running = undefined;
});

async function prepare(server: LocalEcr): Promise<Stage> {
	running = server;
	const registry = await logIn(server);
	const image = await pushImage(registry, 'app', 'v1', 'the bytes of a layer '.repeat(20));
	const { headers } = await registry.send('GET', `/v2/app/blobs/${image.layer}`);
	return { server, registry, image, layerUrl: headers.location ?? '' };
}

const DOORS: Readonly<Record<string, (seed: number, rules: readonly FaultRule[]) => Promise<Stage>>> = {
	'the admin endpoint': async (seed, faults) => {
		const stage = await prepare(await startLocalEcr({ seeds: [SEED] }));
		const body = JSON.stringify({ seed, faults });
		expect((await send('POST', `${stage.server.url}/_local/faults`, { body })).status).toBe(200);
		return stage;
	},
	'the command line': async (seed, rules) => {
		const flags = rules.flatMap((rule) => ['--fault', asOption(rule)]);
		const { server } = readCommandLine(['--port', '0', '--fault-seed', String(seed), ...flags]);
		return prepare(await startLocalEcr({ ...server, seeds: [SEED] }));
	},
};

describe.each(Object.entries(DOORS))('by %s', (_door, open) => {
	it.each(Object.entries(KINDS))(
		'%s strikes each operation after as many as it lets through, as often as told',
		async (name, kind) => {
			const fault = name as FaultKind;
			const { rule, shows, operations } = kind;
			const stage = await open(
				1,
				operations.map((operation) => ({ operation, fault, skip: 1, times: 2, ...rule })),
			);
			for (const operation of operations) {
				const ask = () => REQUESTS[operation](stage).catch(() => undefined);
				const usual = await ask();
				if (usual === undefined) throw new Error(`the first ${operation} is let through`);
				const struck = [await ask(), await ask()];
				const after = await ask();
				const shown = struck.map((answer) => shows(answer, usual, operation));
				const asked = stage.server.requests().filter((entry) => entry.operation === operation);
				expect({
					operation,
					shown,
					statuses: [usual.status, after?.status],
					faults: asked.map((one) => one.faults),
				}).toEqual({
					operation,
					shown: [true, true],
					statuses: [200, 200],
					faults: [undefined, [fault], [fault], undefined],
				});
				// How long it took is the server's own record, and a bound from below.
				const least = fault === 'latency' ? 115 : fault === 'slow' ? 250 : 0;
				for (const { ms } of asked.slice(1, 3)) expect(ms).toBeGreaterThanOrEqual(least);
			}
		},
	);

	it('strikes in one account and region only when it is told to, whoever asks', async () => {
		const stage = await open(1, [
			{ operation: 'v2:*', fault: 'error', account: '222222222222', region: 'eu-west-1' },
			{ operation: 'ecr:DescribeImages', fault: 'error', account: '222222222222' },
		]);
		expect((await REQUESTS['v2:GetManifest'](stage)).status).toBe(200);
		expect((await REQUESTS['ecr:DescribeImages'](stage)).status).toBe(200);
		const other = await logIn(stage.server, '222222222222', 'eu-west-1');
		expect((await other.send('GET', '/v2/')).status).toBe(500);
		const sts = await send('POST', stage.server.url, {
			headers: { authorization: CREDENTIAL },
			body: 'Action=AssumeRole&RoleArn=arn:aws:iam::222222222222:role/any&RoleSessionName=test',
		});
		const [, key = '', token = ''] =
			/<AccessKeyId>(.*)<\/AccessKeyId>.*<SessionToken>(.*)<\/SessionToken>/s.exec(sts.body.toString()) ?? [];
		const session = await send('POST', stage.server.url, {
			headers: {
				authorization: CREDENTIAL.replace('AKIA111111111111TEST', key),
				'x-amz-security-token': token,
				'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeImages',
			},
			body: '{"repositoryName":"app"}',
		});
		expect(session.status).toBe(500);
	});
});

it('draws the same faults from the same seed by either door, and others from another', async () => {
	const drawn = async (door: string, seed: number) => {
		const stage = await DOORS[door]?.(seed, [
			{ operation: 'v2:GetManifest', fault: 'error', probability: 0.5 },
			{ operation: 'v2:GetM*', fault: 'throttle', probability: 0.2 },
		]);
		if (stage === undefined) throw new Error(`no ${door}`);
		const statuses: number[] = [];
		for (let turn = 0; turn < 24; turn += 1) statuses.push((await REQUESTS['v2:GetManifest'](stage)).status);
		await stage.server.close();
		running = undefined;
		return statuses.join(' ');
	};
	const seventh = await drawn('the admin endpoint', 7);
	expect(await drawn('the admin endpoint', 7)).toBe(seventh);
	expect(await drawn('the command line', 7)).toBe(seventh);
	expect(await drawn('the command line', 8)).not.toBe(seventh);
	expect(new Set(seventh.split(' '))).toEqual(new Set(['200', '500', '429']));
});

describe('read-after-write lag', () => {
	const ecr = (operation: string, more: object = {}) => {
		return ({ server }: Stage, image: PushedImage) => {
			const body = JSON.parse(
				JSON.stringify({ repositoryName: 'app', ...more }).replaceAll('DIGEST', image.digest),
			) as object;
			return api(server, `AmazonEC2ContainerRegistry_V20150921.${operation}`, body);
		};
	};
	const v2 = (method: string, path: string) => (stage: Stage, image: PushedImage) =>
		stage.registry.send(method, path.replace('DIGEST', image.digest));
	/** Each read of images, and what in its answer says that it sees the new one. */
	const READS: readonly (readonly [string, (stage: Stage, image: PushedImage) => Promise<Answer>, RegExp])[] = [
		['v2:GetManifest', v2('GET', '/v2/app/manifests/late'), /schemaVersion/],
		['v2:GetManifest', v2('GET', '/v2/app/manifests/DIGEST'), /schemaVersion/],
		['v2:ListTags', v2('GET', '/v2/app/tags/list'), /late/],
		['ecr:BatchGetImage', ecr('BatchGetImage', { imageIds: [{ imageTag: 'late' }] }), /imageManifest"/],
		['ecr:DescribeImages', ecr('DescribeImages', { imageIds: [{ imageTag: 'late' }] }), /imageDetails/],
		['ecr:DescribeImages', ecr('DescribeImages', { imageIds: [{ imageDigest: 'DIGEST' }] }), /imageDetails/],
		['ecr:DescribeImages', ecr('DescribeImages'), /late/],
		['ecr:ListImages', ecr('ListImages'), /late/],
		[
			'ecr:DescribeImageScanFindings',
			ecr('DescribeImageScanFindings', { imageId: { imageTag: 'late' } }),
			/ScanNotFoundException/,
		],
	];

	it.each(READS)(
		'%s %# does not see at once what was just pushed, and does see what was there',
		async (operation, read, sees) => {
			const stage = await prepare(
				await startLocalEcr({ seeds: [SEED], faults: [{ operation, fault: 'lag', seconds: 10, times: 2 }] }),
			);
			const late = await pushImage(stage.registry, 'app', 'late', 'late');
			const seen = async () => sees.test((await read(stage, late)).body.toString());
			expect([await seen(), await seen(), await seen()]).toEqual([false, false, true]);
		},
	);

	it('ends with its seconds', async () => {
		const stage = await prepare(
			await startLocalEcr({ seeds: [SEED], faults: [{ operation: '*', fault: 'lag', seconds: 10 }] }),
		);
		const late = await pushImage(stage.registry, 'app', 'late', 'late');
		stage.server.advance(11);
		for (const [, read, sees] of READS) expect((await read(stage, late)).body.toString()).toMatch(sees);
	});

	it('hides a new tag of an image that was here, and not the image', async () => {
		const stage = await prepare(await startLocalEcr({ seeds: [SEED] }));
		stage.server.advance(60);
		await send('POST', `${stage.server.url}/_local/faults`, {
			body: JSON.stringify({ faults: [{ operation: '*', fault: 'lag', seconds: 10 }] }),
		});
		const put = await ecr('PutImage', { imageManifest: stage.image.manifest, imageTag: 'again' })(stage, stage.image);
		expect(put.status).toBe(200);
		expect((await stage.registry.send('GET', '/v2/app/manifests/again')).status).toBe(404);
		const byDigest = await stage.registry.send('GET', `/v2/app/manifests/${stage.image.digest}`);
		expect(sha256(byDigest.body)).toBe(stage.image.digest);
	});
});
