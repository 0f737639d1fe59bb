// Writes hello-amd64 and hello-arm64: Linux programs of a few hundred bytes that print one line and exit, machine code
// put together by hand below. Nothing is compiled or downloaded, so the bytes are the same on every machine.
//
//   node make-binary.mjs
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MESSAGE = Buffer.from('Hello from an image that is its digest, all the way.\n');

const HEADERS = 64 + 56;
const BASE = 0x400000n;

/** Instructions of both machines: write(1, message, length), then exit(0). The message follows the code. */
const CODE = {
	// System V ABI for amd64: number in rax, arguments in rdi, rsi, rdx.
	amd64: () => {
		const code = Buffer.from([
			...[0xb8, 1, 0, 0, 0], // mov eax, 1 (write)
			...[0xbf, 1, 0, 0, 0], // mov edi, 1
			...[0x48, 0x8d, 0x35, 0, 0, 0, 0], // lea rsi, [rip + message]
			...[0xba, 0, 0, 0, 0], // mov edx, length
			...[0x0f, 0x05], // syscall
			...[0xb8, 60, 0, 0, 0], // mov eax, 60 (exit)
			...[0x31, 0xff], // xor edi, edi
			...[0x0f, 0x05], // syscall
		]);
		code.writeUInt32LE(code.length - 17, 13); // from the end of lea to the end of the code
		code.writeUInt32LE(MESSAGE.length, 18);
		return code;
	},
	// AArch64: number in x8, arguments in x0, x1, x2; every instruction is one word.
	arm64: () => {
		const words = [
			0xd2800020, // mov x0, #1
			adr(1, 28), // adr x1, message: seven instructions further on
			0xd2800002 | (MESSAGE.length << 5), // mov x2, #length
			0xd2800808, // mov x8, #64 (write)
			0xd4000001, // svc #0
			0xd2800000, // mov x0, #0
			0xd2800ba8, // mov x8, #93 (exit)
			0xd4000001, // svc #0
		];
		const code = Buffer.alloc(words.length * 4);
		for (const [index, word] of words.entries()) code.writeUInt32LE(word >>> 0, index * 4);
		return code;
	},
};

const MACHINE = { amd64: 62, arm64: 183 };

/** The program for `amd64` or `arm64`: an ELF header, one loadable segment, the code, the message. */
export function helloBinary(architecture) {
	const body = Buffer.concat([CODE[architecture](), MESSAGE]);
	const size = BigInt(HEADERS + body.length);
	const header = Buffer.alloc(HEADERS);
	header.write('\x7fELF\x02\x01\x01', 'latin1'); // 64 bit, little endian, version 1
	header.writeUInt16LE(2, 16); // ET_EXEC
	header.writeUInt16LE(MACHINE[architecture], 18);
	header.writeUInt32LE(1, 20);
	header.writeBigUInt64LE(BASE + BigInt(HEADERS), 24); // entry point
	header.writeBigUInt64LE(64n, 32); // where the program header is
	header.writeUInt16LE(64, 52);
	header.writeUInt16LE(56, 54);
	header.writeUInt16LE(1, 56); // one program header
	header.writeUInt32LE(1, 64); // PT_LOAD
	header.writeUInt32LE(5, 68); // readable, executable
	header.writeBigUInt64LE(BASE, 80);
	header.writeBigUInt64LE(BASE, 88);
	header.writeBigUInt64LE(size, 96);
	header.writeBigUInt64LE(size, 104);
	header.writeBigUInt64LE(0x10000n, 112); // the largest page size of arm64
	return Buffer.concat([header, body]);
}

function adr(register, offset) {
	return 0x10000000 | ((offset & 3) << 29) | ((offset >> 2) << 5) | register;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	for (const architecture of Object.keys(MACHINE)) {
		writeFileSync(new URL(`hello-${architecture}`, import.meta.url), helloBinary(architecture), { mode: 0o755 });
	}
}
