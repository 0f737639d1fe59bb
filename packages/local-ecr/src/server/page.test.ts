import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { send } from '../../test/http.ts';
import { logIn, pushImage } from '../../test/support.ts';
import { type LocalEcr, startLocalEcr } from './start.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

async function findBrowser(): Promise<string | undefined> {
	const paths = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
	const found = await Promise.all(
		paths.map((path) =>
			access(path).then(
				() => path,
				() => undefined,
			),
		),
	);
	return found.find((path) => path !== undefined);
}

const executablePath = await findBrowser();
if (executablePath === undefined)
	process.stderr.write(`SKIPPED: the page in a browser: none of ${NAMES.join(', ')} is installed\n`);
const seen = executablePath === undefined ? describe.skip : describe;

/** What runs when any text of ours is taken for HTML. */
const HOSTILE = '<img src=x onerror="window.struck=1">';

seen('the page of /_local in a browser', () => {
	let browser: Browser;
	let server: LocalEcr;
	let page: Page;
	const problems: string[] = [];

	beforeAll(async () => {
		browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
		server = await startLocalEcr({
			seeds: [
				JSON.stringify({
					repositories: [{ name: 'team/app', scanOnPush: true }, 'empty'],
					scans: { seconds: 60 },
					findings: [{ findings: [{ name: HOSTILE, severity: 'HIGH', uri: 'javascript:window.struck=1' }] }],
				}),
			],
		});
	});
	beforeEach(async () => {
		page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
		problems.length = 0;
		page.on('pageerror', (error) => problems.push(String(error)));
		page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
		await page.goto(`${server.url}/_local`);
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	it('shows a push, its scan and its requests while they happen, without a reload', async () => {
		await page.getByRole('heading', { name: 'empty' }).waitFor();
		const table = page.locator('section', { hasText: 'team/app' }).locator('table');
		expect(await table.count()).toBe(0);

		const { digest } = await pushImage(await logIn(server), 'team/app', 'v1.2.3');
		const image = table.getByRole('row', { name: digest });
		await image.getByText('IN_PROGRESS').waitFor();
		const shown = await image.textContent();
		for (const part of ['v1.2.3', 'linux/amd64']) expect(shown).toContain(part);
		await page.locator('#requests').getByRole('row', { name: 'v2:PutManifest' }).getByText('201').waitFor();

		server.advance(61);
		await image.getByText('COMPLETE, 1 HIGH').waitFor();
		expect(problems).toEqual([]);
	});

	it('takes no name, tag, operation or finding for HTML', async () => {
		const registry = await logIn(server);
		await registry.send('GET', `/v2/${encodeURIComponent(HOSTILE)}/manifests/${encodeURIComponent(HOSTILE)}`);
		await send('POST', server.url, { headers: { 'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${HOSTILE}` } });
		await page.locator('#requests').getByText(HOSTILE).first().waitFor();

		expect(await page.locator('img').count()).toBe(0);
		expect(await page.evaluate('window.struck')).toBeUndefined();
		expect(problems).toEqual([]);
	});

	it('would not run a script that found its way in', async () => {
		await page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(HOSTILE)})`);
		await page.locator('img').waitFor({ state: 'attached' });
		await page.waitForResponse((response) => response.url().endsWith('/_local/state'));
		expect(await page.evaluate('window.struck')).toBeUndefined();
	});

	it('keeps what a person has marked while nothing changes', async () => {
		await page.getByRole('heading', { name: 'empty' }).waitFor();
		await page.evaluate("getSelection().selectAllChildren(document.querySelector('h2'))");
		const marked = String(await page.evaluate('String(getSelection())'));
		await page.waitForResponse((response) => response.url().endsWith('/_local/state'));
		await page.waitForResponse((response) => response.url().endsWith('/_local/state'));

		expect(marked).not.toBe('');
		expect(await page.evaluate('String(getSelection())')).toBe(marked);
	});

	it('goes on with a server that was started anew in the same place', async () => {
		const { port } = server;
		const register = page.locator('#requests');
		await logIn(server);
		await register.getByText('ecr:GetAuthorizationToken').first().waitFor();
		await server.close();
		await page.getByText('no answer').waitFor();
		server = await startLocalEcr({ port, seeds: ['repositories: [afterwards]'] });
		await page.getByRole('heading', { name: 'afterwards' }).waitFor();
		await logIn(server);

		await register.getByRole('row').filter({ hasText: 'ecr:GetAuthorizationToken' }).first().waitFor();
		expect(await register.getByRole('row').count()).toBe(1);
	});
});
