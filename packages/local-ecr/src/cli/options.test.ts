import { describe, expect, it } from '@jest/globals';
import { readCommandLine } from './options.ts';

describe('the command line', () => {
	it('is complete without an argument', () => {
		expect(readCommandLine([])).toEqual({
			help: false,
			printEnv: 'shell',
			seeds: [],
			findings: [],
			server: {
				port: 5000,
				latencyMs: 0,
				multiPatch: false,
				redirectBlobs: true,
				enforceIam: false,
				tls: false,
				ports: new Map(),
				faults: [],
				faultSeed: 1,
			},
		});
	});

	it('sets what the server takes', () => {
		const { server, seeds, printEnv } = readCommandLine(
			'--port 0 --account 333333333333 --region eu-west-1 --seed a.yml --seed b.yml --latency-ms 40 --multi-patch --direct-blobs --registry 222222222222/us-east-1=5002 --persist here --enforce-iam --tls --fault ecr:PutImage=throttle,times=2 --fault v2:*=error,status=503,repository=app --fault-seed 9 --print-env json'.split(
				' ',
			),
		);
		expect(server).toEqual({
			port: 0,
			account: '333333333333',
			region: 'eu-west-1',
			latencyMs: 40,
			multiPatch: true,
			redirectBlobs: false,
			enforceIam: true,
			tls: true,
			ports: new Map([['222222222222/us-east-1', 5002]]),
			persist: 'here',
			faults: [
				{ operation: 'ecr:PutImage', fault: 'throttle', times: 2 },
				{ operation: 'v2:*', fault: 'error', status: 503, repository: 'app' },
			],
			faultSeed: 9,
		});
		expect([seeds, printEnv]).toEqual([['a.yml', 'b.yml'], 'json']);
	});

	it.each([
		['--port 70000', '--port must be a whole number from 0 to 65535'],
		['--account 12', '--account must be 12 digits'],
		['--registry prod=5001', '--registry must be ACCOUNT/REGION=PORT'],
		['--print-env xml', '--print-env must be shell or json'],
		['--fault ecr:PutImage=flood', 'fault must be one of latency, throttle'],
		['--unheard-of', "Unknown option '--unheard-of'"],
	])('refuses %s', (line, message) => {
		expect(() => readCommandLine(line.split(' '))).toThrow(message);
	});
});
