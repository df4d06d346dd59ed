// SPDX-License-Identifier: MIT
//
// Run one image on an emulated RP2040: load it, be its console (UART0), its
// host (semihosting) and what is at the other end of SPI0; end as it ends.
//
//   node rp2040.mjs --emulator FOLDER --log FILE --declared FILE
//       [--spi0 NANOSECONDS] IMAGE [ARG...]
//
//   --emulator  where rp2040js.sh has put rp2040js
//   --log       gets a line for each access to what the emulator does not
//               model, and for each that the chip would answer with a fault
//   --declared  a line for each regular expression of such lines that are meant
//               to be; any other ends the run, and is said on the console
//   --spi0      how long the peer takes for a frame (1000); it answers each
//               with its complement
//
// A run without end goes on for ever, in an instruction perhaps: who starts us
// ends us (tests/machine.sh). Exits as the image does by SYS_EXIT_EXTENDED; 125
// if it cannot go on.
//
// Sources: Arm, Semihosting for AArch32 and AArch64, release 2.0; RP2040
// Datasheet 2.2 (addresses), 2.4 (processor); ARMv6-M Architecture Reference
// Manual B1.5 (what wakes WFI), A3.2 (alignment).
import { closeSync, openSync, readFileSync, readSync, writeSync }
    from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const FLASH = 0x10000000;
const FLASH_END = 0x14000000; // with its aliases; below it is the boot ROM
const BELOW_SRAM = 0x1f000000; // from here nothing answers
const SRAM = 0x20000000;
const STUCK = 125;
const LOG_LINES = 1000; // at most

function stop(why)
{
    console.error(`rp2040: ${why}`);
    process.exit(STUCK);
}

// The command line ----------------------------------------------------------

const options = {
    '--emulator': '', '--log': '', '--declared': '', '--spi0': '1000',
};
const words = process.argv.slice(2);
while (words.length >= 2 && words[0] in options)
    options[words.shift()] = words.shift();
if (words.length === 0 || Object.values(options).includes(''))
    stop('usage: see the source');

const { RP2040 } = await import(pathToFileURL(join(options['--emulator'],
    'node_modules/rp2040js/dist/esm/index.js')));
const chip = new RP2040();
const { core, clock } = chip;

// What is wrong: it ends the run, unless it is declared ---------------------

const log = openSync(options['--log'], 'a');
const declared = readFileSync(options['--declared'], 'utf8').split('\n')
    .filter((regex) => regex).map((regex) => new RegExp(regex));
let logged = 0;
let pc = 0; // of the instruction that is executed

function hex(address)
{
    return `0x${(address >>> 0).toString(16)}`;
}

function note(who, what)
{
    const line = `${who}: ${what}`;

    if (!declared.some((regex) => regex.test(line)))
        stop(`${line}, at pc ${hex(pc)}`);
    if (logged++ < LOG_LINES)
        writeSync(log, `${line}\n`);
}

chip.logger = { debug() {}, info() {}, warn: note, error: note };
console.warn = (what) => note('SIO', what); // which knows no logger

// The emulator shifts an address into place, and writes ROM and flash: the chip
// faults. (Of a word that is read it says so itself.) A stack begins where SRAM
// does (linker/rp2040.ld). A function for each width, since nothing is called
// more often.
function checkWrite(what, address, aligned)
{
    const at = address >>> 0;

    if (at & aligned || at < FLASH_END)
        note('core', `${what} at ${hex(at)}`);
    if (at >= BELOW_SRAM && at < SRAM)
        note('core', `stack overflow? write to ${hex(at)}, below SRAM`);
}

core.readUint16 = (address) => {
    if (address & 1)
        note('core', `readUint16 at ${hex(address)}`);
    return chip.readUint16(address);
};

core.writeUint8 = (address, value) => {
    checkWrite('writeUint8', address, 0);
    chip.writeUint8(address, value);
};

core.writeUint16 = (address, value) => {
    checkWrite('writeUint16', address, 1);
    chip.writeUint16(address, value);
};

core.writeUint32 = (address, value) => {
    const at = (address >>> 0) - SRAM;

    checkWrite('writeUint32', address, 3);
    if (at >= 0 && at + 3 < chip.sram.length) // where the emulator looks last
        chip.sramView.setUint32(at, value, true);
    else
        chip.writeUint32(address, value);
};

// Memory --------------------------------------------------------------------

// The bytes of flash or RAM that a program means; null: they are nowhere.
function memory(address, length)
{
    for (const [base, bytes] of [[FLASH, chip.flash], [SRAM, chip.sram]]) {
        if (address >= base && address + length <= base + bytes.length)
            return bytes.subarray(address - base, address - base + length);
    }
    return null;
}

// Each loadable part to its physical address, as a programmer does (ELF,
// "Program Header").
function load(file)
{
    const elf = readFileSync(file);

    if (elf.length < 52 || elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 1)
        stop(`${file} is no ELF file of 32 bits`);
    const first = elf.readUInt32LE(28);
    const size = elf.readUInt16LE(42);
    for (let i = 0; i < elf.readUInt16LE(44); i++) {
        const at = first + i * size;
        const [type, offset, , physical, length] =
            [0, 4, 8, 12, 16].map((field) => elf.readUInt32LE(at + field));
        if (type !== 1 || length === 0)
            continue;
        const place = memory(physical, length);
        if (!place)
            stop(`${hex(physical)} is neither flash nor RAM`);
        place.set(elf.subarray(offset, offset + length));
    }
}

// The host: semihosting -----------------------------------------------------

const OPEN_MODES = ['r', 'r', 'r+', 'r+', 'w', 'w', 'w+', 'w+', 'a', 'a', 'a+',
    'a+'];
const files = new Map();
let next = 3;
let line = '';

function open(name, mode, length)
{
    const path = Buffer.from(memory(name, length) ?? []).toString();
    const handle = next;

    files.set(handle, openSync(path, OPEN_MODES[mode]));
    next++;
    return handle;
}

function close(handle)
{
    closeSync(files.get(handle));
    files.delete(handle);
    return 0;
}

// Both answer how many bytes are missing.
function write(handle, address, length)
{
    return length - writeSync(files.get(handle), memory(address, length));
}

function read(handle, address, length)
{
    return length - readSync(files.get(handle), memory(address, length));
}

function commandLine(buffer, room, block)
{
    const bytes = Buffer.from(`${line}\0`);

    if (bytes.length > room)
        return -1;
    memory(buffer, bytes.length).set(bytes);
    chip.writeUint32(block + 4, bytes.length - 1);
    return 0;
}

const calls = {
    0x01: open, 0x02: close, 0x05: write, 0x06: read,
    0x15: (buffer, room) => commandLine(buffer, room, core.registers[1]),
    0x20: (reason, status) => process.exit(status & 0xff),
};

// What the host refuses, or cannot make sense of, is -1.
function serve(operation, block)
{
    const call = calls[operation];

    if (!call) {
        note('host', `no semihosting call ${hex(operation)}`);
        return -1;
    }
    try {
        return call(...[0, 4, 8].map((at) => chip.readUint32(block + at)));
    } catch {
        return -1;
    }
}

// BKPT and UDF both come here; which one, says the instruction before PC.
chip.onBreak = (number) => {
    const { registers } = core;

    if (chip.readUint16(core.PC - 2) !== 0xbeab)
        stop(`breakpoint or undefined instruction ${number} at ` +
            hex(core.PC - 2));
    registers[0] = serve(registers[0], registers[1]);
};

// The wires -----------------------------------------------------------------

let text = [];

chip.uart[0].onByte = (byte) => {
    text.push(byte);
    if (byte === 10 || text.length === 4096)
        showText();
};

function showText()
{
    writeSync(1, Buffer.from(text));
    text = [];
}

process.on('exit', showText);

const frame = { value: 0 };
const pace = Number(options['--spi0']);
const frameEnds = clock.createAlarm(() =>
    chip.spi[0].completeTransmit(~frame.value & 0xff));

chip.spi[0].onTransmit = (value) => {
    frame.value = value;
    frameEnds.schedule(pace);
};

// CHAN_ABORT of the DMA controller: the emulator ends what is to be aborted
// within the write, and knows no read. Then none is left.
const CHAN_ABORT = 0x444;
const { dma } = chip;
const readDma = dma.readUint32;

dma.readUint32 = (offset) =>
    (offset === CHAN_ABORT ? 0 : readDma.call(dma, offset));

// The run -------------------------------------------------------------------

// What wakes a core, whether it may take the interrupt or not. (The emulator's
// own sleep overlooks what is pending already, and takes what is masked.)
function awake()
{
    return core.pendingInterrupts & core.enabledInterrupts ||
        core.pendingSystick || core.pendingPendSV || core.pendingNMI;
}

function sleep()
{
    core.waiting = false;
    while (!awake()) {
        if (!clock.nextAlarm)
            stop(`asleep at ${hex(core.PC)}: nothing will wake it`);
        clock.tick(clock.nanosToNextAlarm);
    }
}

load(words[0]);
line = [basename(words[0]), ...words.slice(1)].join(' ');
core.VTOR = FLASH;
core.SP = chip.readUint32(FLASH);
core.PC = chip.readUint32(FLASH + 4) & ~1;
for (;;) {
    pc = core.PC;
    clock.tick(core.executeInstruction() * 1e9 / chip.clkSys);
    if (core.waiting)
        sleep();
}
