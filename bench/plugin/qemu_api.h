/* The part of QEMU's plugin interface, version 1, that our plugins use.
 *
 * Distributions ship QEMU with plugins built in, but no header for them, so the few declarations are
 * written out here. Knows nothing of what is counted.
 *
 * One idea: the interface is a stable ABI with a version number, which QEMU checks at load. */
#ifndef BENCH_QEMU_API_H
#define BENCH_QEMU_API_H

#include <stddef.h>
#include <stdint.h>

struct qemu_plugin_tb;   /* a translated piece of the program: entered at its start, left at its end */
struct qemu_plugin_insn; /* one instruction of it */

struct qemu_info {
    const char *target_name; /* "arm", "riscv32", "xtensa" … */
};

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void qemu_translation_callback(uint64_t id, struct qemu_plugin_tb *tb);
typedef void qemu_execution_callback(unsigned vcpu, void *context);
typedef void qemu_exit_callback(uint64_t id, void *context);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, qemu_translation_callback *callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, qemu_execution_callback *callback,
                                          enum qemu_plugin_cb_flags flags, void *context);
void qemu_plugin_register_atexit_cb(uint64_t id, qemu_exit_callback *callback, void *context);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *insn); /* NULL if unknown */

/* What the plugin itself exports. */
extern int qemu_plugin_version;
int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv);

#endif
