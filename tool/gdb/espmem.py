"""What gdb shows of a program on the simulated chip: source this file, then

    espmem heap           the heaps: where, how much is free, how many blocks
    espmem himem          himem's ranges: which page shows which bank
    espmem block ADDR     the heap and the block that hold an address

In a running program and on a core file alike: nothing of the program is called. Needs the library's debug
information. A core file at a panic: `break espmem_panic_hook`, then `generate-core-file`.

Knows the layout of a heap as core/heap has it. One idea: everything hangs on the variable idf_chip.
"""
import gdb

FREE, FLAGS, HEADER = 1, 3, 4
CAPS = {0: "EXEC", 1: "32BIT", 2: "8BIT", 3: "DMA", 10: "SPIRAM", 11: "INTERNAL", 12: "DEFAULT", 15: "RTCRAM"}


def chip():
    return gdb.parse_and_eval("idf_chip")


def word_at(address):
    return int.from_bytes(gdb.selected_inferior().read_memory(address, 4).tobytes(), "little")


def heaps():
    heap = chip()["pool"]["first"]
    while int(heap) != 0:
        yield heap.dereference()
        heap = heap["next"]


def blocks(heap):
    """Each block's payload address, size and whether it is used; ends where a size leads out of the heap."""
    if int(heap["heap"]) == 0:
        return
    record = heap["heap"].dereference()
    start = int(heap["heap"])
    at, end = start + int(record["first_block"]), start + int(record["size"]) - HEADER
    while at < end:
        header = word_at(at)
        size = header & ~FLAGS
        yield at + HEADER, size, not header & FREE
        if size == 0 or at + HEADER + size > end:
            print("  the block at 0x%08x leads out of the heap" % (at + HEADER))
            return
        at += HEADER + size


def caps_names(caps):
    return "|".join(name for bit, name in CAPS.items() if caps >> bit & 1)


def show_heaps():
    print("%-10s %-22s %10s %8s %8s  %s" % ("type", "addresses", "free", "used", "holes", "capabilities"))
    for heap in heaps():
        found = list(blocks(heap))
        free = [size for _, size, used in found if not used]
        print("%-10s 0x%08x-0x%08x  %10d %8d %8d  %s" % (
            heap["type_name"].string() or "-", int(heap["start"]), int(heap["end"]), sum(free),
            len(found) - len(free), len(free), caps_names(int(heap["all_caps"]))))


def show_himem():
    if not chip()["himem_open"]:
        print("himem is not open")
        return
    himem = chip()["himem"]
    layout = himem["layout"]
    size, first = int(layout["bank_size"]), int(layout["first_page"])
    print("%d banks, %d free; %d pages from 0x%08x" % (int(layout["banks"]), int(himem["free_banks"]), int(layout["pages"]),
                                                       int(layout["window"]) + first * size))
    for page in range(int(layout["pages"])):
        record = himem["pages"][page]
        if int(record["range"]) == 0:
            continue
        bank = int(record["bank"])
        print("page %3d at 0x%08x, range of page %d: %s%s" % (
            page, int(layout["window"]) + (first + page) * size, int(record["range"]) - 1,
            "bank %d" % (bank - 1) if bank else "not mapped", ", busy" if int(record["busy"]) else ""))


def show_block(address):
    for heap in heaps():
        if not int(heap["start"]) <= address < int(heap["end"]):
            continue
        print("heap %s at 0x%08x-0x%08x" % (heap["type_name"].string() or "-", int(heap["start"]), int(heap["end"])))
        for start, size, used in blocks(heap):
            if start - HEADER <= address < start + size:
                print("%s block of %d bytes at 0x%08x; the address is %d bytes inside" % (
                    "used" if used else "free", size, start, address - start))
                return
        print("the address is in no block of it")
        return
    print("0x%08x is in no heap" % address)


class Espmem(gdb.Command):
    """espmem heap | himem | block ADDR: the simulated chip's memory."""

    def __init__(self):
        super().__init__("espmem", gdb.COMMAND_DATA)

    def invoke(self, text, from_tty):
        words = text.split(None, 1)
        if words == ["heap"]:
            show_heaps()
        elif words == ["himem"]:
            show_himem()
        elif len(words) == 2 and words[0] == "block":
            show_block(int(gdb.parse_and_eval(words[1])) & (1 << 64) - 1)
        else:
            raise gdb.GdbError("usage: espmem heap | himem | block ADDR")


Espmem()
