import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createRunner } from './runner.ts';

function runnerWithFiles() {
	const directory = mkdtempSync(join(tmpdir(), 'runner-'));
	const printed: string[] = [];
	const env = { GITHUB_OUTPUT: join(directory, 'output'), GITHUB_STEP_SUMMARY: join(directory, 'summary') };
	return {
		runner: createRunner(env, (text) => printed.push(text)),
		printed,
		read: (name: string) => readFileSync(join(directory, name), 'utf8'),
	};
}

describe('createRunner', () => {
	it('writes an output of several lines behind a delimiter that the value cannot know', () => {
		const { runner, read } = runnerWithFiles();
		runner.setOutput('diff', 'a\nEOF\nb');
		const [head = '', ...rest] = read('output').split('\n');
		const delimiter = head.replace('diff<<', '');
		expect(delimiter).toMatch(/^ghadelimiter_[0-9a-f-]{36}$/);
		expect(rest).toEqual(['a', 'EOF', 'b', delimiter, '']);
	});

	it('writes objects as JSON', () => {
		const { runner, read } = runnerWithFiles();
		runner.setOutput('counts', { high: 1 });
		expect(read('output')).toContain('\n{"high":1}\n');
	});

	it('masks each line of a secret by itself', () => {
		const { runner, printed } = runnerWithFiles();
		runner.mask('one\n\ntwo');
		expect(printed.map((line) => line.trim())).toEqual(['::add-mask::one', '::add-mask::two']);
	});

	it('never lets a message become a command', () => {
		const { runner, printed } = runnerWithFiles();
		runner.info('fine\n::set-output name=x::y\n##[error]z\n \t::add-mask::a\r\u3000\u0085::error::b');
		// The runner trims what stands in front; .NET's white space is \s and U+0085.
		expect(printed.join('')).not.toMatch(/^[\s\u0085]*::/m);
		expect(printed.join('')).not.toContain('##[');
	});

	it('closes a group also when the work in it fails', async () => {
		const { runner, printed } = runnerWithFiles();
		await expect(runner.group('Build', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
		expect(printed.map((line) => line.trim())).toEqual(['::group::Build', '::endgroup::']);
	});
});
