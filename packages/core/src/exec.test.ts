import { describe, expect, it } from '@jest/globals';
import { runCommand } from './exec.ts';

describe('runCommand', () => {
	it('hands over stdin and gives back both streams and the exit code', async () => {
		const script = 'process.stdin.on("data",(d)=>{console.log("got "+d);console.error("err");process.exitCode=3})';
		const lines: string[] = [];
		const result = await runCommand(process.execPath, ['-e', script], {
			stdin: 'hello',
			env: {},
			onLine: (line) => lines.push(line),
		});
		expect(result).toEqual({ exitCode: 3, stdout: 'got hello', stderr: 'err' });
		expect(lines.sort()).toEqual(['err', 'got hello']);
	});

	it('does not need the command to read its stdin', async () => {
		const result = await runCommand(process.execPath, ['-e', '0'], { stdin: 'x'.repeat(1_000_000), env: {} });
		expect(result.exitCode).toBe(0);
	});

	it('says that a command is not installed', async () => {
		await expect(runCommand('no-such-command-here', [], { env: {} })).rejects.toThrow(
			'Could not run no-such-command-here: it is not installed',
		);
	});
});
