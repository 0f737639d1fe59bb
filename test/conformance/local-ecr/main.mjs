// local-ecr under the eyes of others: `npm run conformance:local-ecr [-- suite|clients|lab|readme …]`; all of them without a name.
// What cannot be run on this machine is named; what fails makes the exit code 1.
import { runClients } from './clients/run.mjs';
import { runLab } from './lab.mjs';
import { runReadme } from './readme.mjs';
import { runSuite } from './suite.mjs';

const PARTS = {
	suite: async () => one('suite', await runSuite()),
	clients: runClients,
	lab: async () => one('lab', await runLab()),
	readme: async () => one('readme', await runReadme()),
};

function one(name, result) {
	return { green: [], failed: [], notRun: [], [result === 'not run' ? 'notRun' : result]: [name] };
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}`);
const total = { green: [], failed: [], notRun: [] };
for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) {
	console.log(`\n== ${name}`);
	const results = await PARTS[name]();
	for (const result of Object.keys(total)) total[result].push(...results[result]);
}
console.log(
	`\nconformance of local-ecr: ${total.green.length} green, ${total.failed.length} failed, ${total.notRun.length} not run`,
);
for (const [result, names] of Object.entries({ failed: total.failed, 'not run': total.notRun })) {
	if (names.length > 0) console.log(`${result}: ${names.join('; ')}`);
}
process.exitCode = total.failed.length > 0 ? 1 : 0;
