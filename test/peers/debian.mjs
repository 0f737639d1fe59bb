// Packages of Debian: those of the machine's own release are installed; those that only a newer one has are unpacked into
// a folder of their own, so that the system stays what it is.
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { find, must } from './command.mjs';

/** Where static clients are found that are newer than this machine. */
const NEWER = 'forky';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const CACHE = join(homedir(), '.cache', 'ecr-pipeline-peers');

/** Installs a package of the machine's own release. @throws when the machine is not Debian, not root's, or cannot reach it */
export async function install(name) {
	if ((await find('apt-get')) === undefined) throw new Error('this machine has no apt-get');
	if (process.getuid?.() !== 0) throw new Error(`only root can install ${name}`);
	const apt = (...args) =>
		must('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
			env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
		});
	await apt('install', '--no-install-recommends', '-y', name).catch(async () => {
		await apt('update');
		await apt('install', '--no-install-recommends', '-y', name);
	});
}

/** Unpacks a package of the newer release. @returns the folder that stands for `/`; later runs find it again */
export async function unpack(name) {
	const target = join(CACHE, NEWER, name);
	if (await stat(target).catch(() => undefined)) return target;
	if ((await find('apt-get')) === undefined) throw new Error('this machine has no apt-get');
	await mkdir(join(CACHE, NEWER), { recursive: true });
	const work = await mkdtemp(join(tmpdir(), 'peers-'));
	try {
		const options = { cwd: work, env: { ...process.env, APT_CONFIG: await configure(work) } };
		await must('apt-get', ['-qq', 'update'], options);
		await must('apt-get', ['-qq', 'download', name], options);
		await must('sh', ['-c', 'dpkg-deb -x ./*.deb unpacked'], options);
		// Two runs may come here at once: the first one's folder stays.
		await rename(join(work, 'unpacked'), target).catch(() => must('cp', ['-rT', join(work, 'unpacked'), target]));
		return target;
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

/** An apt of its own beside the system's: the same mirror and keys, another release. @returns the path of its configuration */
async function configure(work) {
	const targets = await must('apt-get', ['indextargets', '--format', '$(ORIGIN)|$(LABEL)|$(REPO_URI)']);
	const mirror = /^Debian\|Debian\|(\S+)$/m.exec(targets)?.[1];
	if (mirror === undefined) throw new Error('apt knows no mirror of Debian here: run apt-get update first');
	await Promise.all(
		['lists/partial', 'cache/archives/partial'].map((path) => mkdir(join(work, path), { recursive: true })),
	);
	await writeFile(join(work, 'status'), '');
	await writeFile(join(work, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${NEWER} main\n`);
	const configuration = {
		'Dir::Etc::sourcelist': join(work, 'sources.list'),
		'Dir::Etc::sourceparts': '-',
		'Dir::State': work,
		'Dir::State::lists': join(work, 'lists'),
		'Dir::State::status': join(work, 'status'),
		'Dir::Cache': join(work, 'cache'),
		'Acquire::Languages': 'none',
		'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
		'APT::Sandbox::User': 'root',
	};
	const path = join(work, 'apt.conf');
	await writeFile(
		path,
		Object.entries(configuration)
			.map(([name, value]) => `${name} "${value}";\n`)
			.join(''),
	);
	return path;
}
