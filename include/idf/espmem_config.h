/* What a program's own configuration says, kept where the boot of the simulated chip finds it.
 *
 * Included by the headers of ESP-IDF's names, in place of sdkconfig.h, which it includes. Each object of
 * a program leaves one constant with the options as that object was compiled; the boot applies them to
 * the board and refuses objects that disagree. The constant also makes the linker take the boot in, so
 * a program that includes any of these headers runs on a booted chip.
 *
 * A program that brings up the chip itself (espmem/sim.h) is compiled with -DESPMEM_NO_BOOT.
 *
 * One idea: our own sdkconfig.h includes this file before it sets its defaults, so only what the program
 * says itself (in a sdkconfig.h of its own, or by -D) is recorded. */
#ifndef IDF_ESPMEM_CONFIG_H
#ifndef IDF_SDKCONFIG_H
#include <sdkconfig.h> /* ours comes back here, and then the rest of this file is read before its defaults */
#endif
#ifndef IDF_ESPMEM_CONFIG_H
#define IDF_ESPMEM_CONFIG_H

/* The options that are recorded; their names stand in a table of the boot, in the same order. */
enum espmem_option {
    ESPMEM_OPTION_SPIRAM,
    ESPMEM_OPTION_SPIRAM_IGNORE_NOTFOUND,
    ESPMEM_OPTION_SPIRAM_MEMTEST,
    ESPMEM_OPTION_SPIRAM_USE_MALLOC,
    ESPMEM_OPTION_SPIRAM_MALLOC_ALWAYSINTERNAL,
    ESPMEM_OPTION_SPIRAM_MALLOC_RESERVE_INTERNAL,
    ESPMEM_OPTION_SPIRAM_BANKSWITCH_ENABLE,
    ESPMEM_OPTION_SPIRAM_BANKSWITCH_RESERVE,
    ESPMEM_OPTION_FREERTOS_UNICORE,
    ESPMEM_OPTION_FREERTOS_HZ,
    ESPMEM_OPTION_RTC_FAST_MEM_AS_HEAP,
    ESPMEM_OPTION_HEAP_ABORT_WHEN_ALLOCATION_FAILS,
    ESPMEM_OPTION_HEAP_POISONING, /* 0 disabled, 1 light, 2 comprehensive */
    ESPMEM_OPTION_HEAP_USE_HOOKS,
    ESPMEM_OPTION_HEAP_TASK_TRACKING,
    ESPMEM_OPTION_HEAP_TRACING_STACK_DEPTH,
    ESPMEM_OPTION_HEAP_TRACK_DELETED_TASKS,
    ESPMEM_OPTIONS
};

struct espmem_program_config {
    const char *boot;          /* refers to the boot, so that it is linked */
    const char *operator_new;  /* likewise; NULL in C */
    unsigned options;          /* ESPMEM_OPTIONS of this header */
    int value[ESPMEM_OPTIONS]; /* -1: the program does not say */
};

#ifndef ESPMEM_NO_BOOT

/* A sdkconfig.h that ESP-IDF has generated defines every option that is on: one that is missing is off.
 * A shorter one says nothing of what it does not name. */
#ifdef CONFIG_IDF_FIRMWARE_CHIP_ID
#define ESPMEM_UNNAMED 0
#else
#define ESPMEM_UNNAMED (-1)
#endif

#if defined(CONFIG_SPIRAM)
#define ESPMEM_SAID_SPIRAM CONFIG_SPIRAM
#elif defined(CONFIG_ESP32_SPIRAM_SUPPORT)
#define ESPMEM_SAID_SPIRAM CONFIG_ESP32_SPIRAM_SUPPORT
#elif defined(CONFIG_SPIRAM_SUPPORT)
#define ESPMEM_SAID_SPIRAM CONFIG_SPIRAM_SUPPORT
#else
#define ESPMEM_SAID_SPIRAM ESPMEM_UNNAMED
#endif

/* Options below SPIRAM mean nothing where it is off. */
#ifdef CONFIG_SPIRAM_IGNORE_NOTFOUND
#define ESPMEM_SAID_IGNORE_NOTFOUND CONFIG_SPIRAM_IGNORE_NOTFOUND
#else
#define ESPMEM_SAID_IGNORE_NOTFOUND ESPMEM_UNNAMED
#endif
#ifdef CONFIG_SPIRAM_MEMTEST
#define ESPMEM_SAID_MEMTEST CONFIG_SPIRAM_MEMTEST
#else
#define ESPMEM_SAID_MEMTEST ESPMEM_UNNAMED
#endif
#if defined(CONFIG_SPIRAM_USE_MALLOC)
#define ESPMEM_SAID_USE_MALLOC CONFIG_SPIRAM_USE_MALLOC
#elif defined(CONFIG_SPIRAM_USE_CAPS_ALLOC) || defined(CONFIG_SPIRAM_USE_MEMMAP)
#define ESPMEM_SAID_USE_MALLOC 0
#else
#define ESPMEM_SAID_USE_MALLOC ESPMEM_UNNAMED
#endif
#ifdef CONFIG_SPIRAM_MALLOC_ALWAYSINTERNAL
#define ESPMEM_SAID_ALWAYSINTERNAL CONFIG_SPIRAM_MALLOC_ALWAYSINTERNAL
#else
#define ESPMEM_SAID_ALWAYSINTERNAL (-1)
#endif
#ifdef CONFIG_SPIRAM_MALLOC_RESERVE_INTERNAL
#define ESPMEM_SAID_RESERVE_INTERNAL CONFIG_SPIRAM_MALLOC_RESERVE_INTERNAL
#else
#define ESPMEM_SAID_RESERVE_INTERNAL (-1)
#endif
#ifdef CONFIG_SPIRAM_BANKSWITCH_ENABLE
#define ESPMEM_SAID_BANKSWITCH CONFIG_SPIRAM_BANKSWITCH_ENABLE
#else
#define ESPMEM_SAID_BANKSWITCH ESPMEM_UNNAMED
#endif
#ifdef CONFIG_SPIRAM_BANKSWITCH_RESERVE
#define ESPMEM_SAID_RESERVE CONFIG_SPIRAM_BANKSWITCH_RESERVE
#else
#define ESPMEM_SAID_RESERVE (-1)
#endif
#ifdef CONFIG_FREERTOS_UNICORE
#define ESPMEM_SAID_UNICORE CONFIG_FREERTOS_UNICORE
#else
#define ESPMEM_SAID_UNICORE ESPMEM_UNNAMED
#endif
#ifdef CONFIG_FREERTOS_HZ
#define ESPMEM_SAID_HZ CONFIG_FREERTOS_HZ
#else
#define ESPMEM_SAID_HZ (-1)
#endif
#if defined(CONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP)
#define ESPMEM_SAID_RTC CONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP
#elif defined(CONFIG_ESP32_ALLOW_RTC_FAST_MEM_AS_HEAP)
#define ESPMEM_SAID_RTC CONFIG_ESP32_ALLOW_RTC_FAST_MEM_AS_HEAP
#else
#define ESPMEM_SAID_RTC ESPMEM_UNNAMED
#endif
#ifdef CONFIG_HEAP_ABORT_WHEN_ALLOCATION_FAILS
#define ESPMEM_SAID_ABORT CONFIG_HEAP_ABORT_WHEN_ALLOCATION_FAILS
#else
#define ESPMEM_SAID_ABORT ESPMEM_UNNAMED
#endif
#if defined(CONFIG_HEAP_POISONING_COMPREHENSIVE)
#define ESPMEM_SAID_POISONING 2
#elif defined(CONFIG_HEAP_POISONING_LIGHT)
#define ESPMEM_SAID_POISONING 1
#elif defined(CONFIG_HEAP_POISONING_DISABLED)
#define ESPMEM_SAID_POISONING 0
#else
#define ESPMEM_SAID_POISONING ESPMEM_UNNAMED
#endif
#ifdef CONFIG_HEAP_USE_HOOKS
#define ESPMEM_SAID_HOOKS CONFIG_HEAP_USE_HOOKS
#else
#define ESPMEM_SAID_HOOKS ESPMEM_UNNAMED
#endif
#ifdef CONFIG_HEAP_TASK_TRACKING
#define ESPMEM_SAID_TRACKING CONFIG_HEAP_TASK_TRACKING
#else
#define ESPMEM_SAID_TRACKING ESPMEM_UNNAMED
#endif
#ifdef CONFIG_HEAP_TRACK_DELETED_TASKS
#define ESPMEM_SAID_DELETED_TASKS CONFIG_HEAP_TRACK_DELETED_TASKS
#else
#define ESPMEM_SAID_DELETED_TASKS ESPMEM_UNNAMED
#endif
#ifdef CONFIG_HEAP_TRACING_STACK_DEPTH
#define ESPMEM_SAID_STACK_DEPTH CONFIG_HEAP_TRACING_STACK_DEPTH
#else
#define ESPMEM_SAID_STACK_DEPTH (-1)
#endif

#ifdef __has_attribute
#if __has_attribute(retain)
#define ESPMEM_KEPT retain,
#endif
#endif
#ifndef ESPMEM_KEPT
#define ESPMEM_KEPT
#endif

#ifdef __cplusplus
extern "C" {
#endif

extern const char espmem_boots_the_chip[];
extern const char espmem_replaces_new[];

/* A sanitizer's library brings operator new as well and stands first, so that need alone does not fetch ours. */
#ifdef __cplusplus
#define ESPMEM_OPERATOR_NEW espmem_replaces_new
#else
#define ESPMEM_OPERATOR_NEW 0
#endif

static const struct espmem_program_config espmem_config_of_object = {
    espmem_boots_the_chip,
    ESPMEM_OPERATOR_NEW,
    ESPMEM_OPTIONS,
    {
        ESPMEM_SAID_SPIRAM,
        ESPMEM_SAID_IGNORE_NOTFOUND,
        ESPMEM_SAID_MEMTEST,
        ESPMEM_SAID_USE_MALLOC,
        ESPMEM_SAID_ALWAYSINTERNAL,
        ESPMEM_SAID_RESERVE_INTERNAL,
        ESPMEM_SAID_BANKSWITCH,
        ESPMEM_SAID_RESERVE,
        ESPMEM_SAID_UNICORE,
        ESPMEM_SAID_HZ,
        ESPMEM_SAID_RTC,
        ESPMEM_SAID_ABORT,
        ESPMEM_SAID_POISONING,
        ESPMEM_SAID_HOOKS,
        ESPMEM_SAID_TRACKING,
        ESPMEM_SAID_STACK_DEPTH,
        ESPMEM_SAID_DELETED_TASKS,
    },
};

/* The section holds pointers: they lie side by side whatever a compiler makes of the constant's alignment. */
__attribute__((ESPMEM_KEPT used,
               section("espmem_config"))) static const struct espmem_program_config *const espmem_config_entry =
    &espmem_config_of_object;

#ifdef __cplusplus
}
#endif

#endif /* ESPMEM_NO_BOOT */
#endif
#endif
