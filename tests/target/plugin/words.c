/* QEMU plugin: memory that knows whole words only.
 *
 *   -plugin words.so,from=ADDRESS,bytes=N        both in hexadecimal
 *
 * Says who accessed that memory other than by aligned words of 4 bytes, and ends the emulator with status
 * 66 if anybody did, or if nobody ever came there: then nothing was watched. (On the ESP32 such an access
 * to IRAM is a LoadStoreError; QEMU lets it pass.)
 *
 * One idea: each instruction that accesses memory is asked for its address and width when it does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemu_api.h"

enum { STATUS = 66, MOST_LINES = 10, WORD_SHIFT = 2, LOADS_AND_STORES = 3 };

/* What qemu_api.h does not have, since nobody else looks at memory. */
typedef void qemu_memory_callback(unsigned vcpu, uint32_t info, uint64_t address, void *context);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, qemu_memory_callback *callback,
                                      enum qemu_plugin_cb_flags flags, int which, void *context);
unsigned qemu_plugin_mem_size_shift(uint32_t info);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t from, bytes;
static unsigned long accesses, violations;

static void accessed(unsigned vcpu, uint32_t info, uint64_t address, void *symbol)
{
    (void)vcpu;
    if (address - from >= bytes) {
        return;
    }
    accesses++;
    unsigned shift = qemu_plugin_mem_size_shift(info);
    if (shift == WORD_SHIFT && address % 4 == 0) {
        return;
    }
    if (violations++ < MOST_LINES) {
        fprintf(stderr, "words: %u bytes at 0x%llx by %s\n", 1u << shift, (unsigned long long)address, (const char *)symbol);
    }
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        const char *symbol = qemu_plugin_insn_symbol(insn);
        char *kept = strdup(symbol ? symbol : "?");
        qemu_plugin_register_vcpu_mem_cb(insn, accessed, QEMU_PLUGIN_CB_NO_REGS, LOADS_AND_STORES, kept);
    }
}

static void finished(uint64_t id, void *context)
{
    (void)id;
    (void)context;
    fprintf(stderr, "words: %lu accesses, %lu violations\n", accesses, violations);
    if (violations != 0 || accesses == 0) {
        _exit(STATUS);
    }
}

__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "from=", 5) == 0) {
            from = strtoull(argv[i] + 5, NULL, 16);
        } else if (strncmp(argv[i], "bytes=", 6) == 0) {
            bytes = strtoull(argv[i] + 6, NULL, 16);
        }
    }
    if (bytes == 0) {
        fprintf(stderr, "words: give from=ADDRESS and bytes=N\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
