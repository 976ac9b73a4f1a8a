/* Where a function or a variable is placed on the chip. On a host the linker places everything, so most
 * of these say nothing; those that change alignment or inlining keep their meaning. */
#ifndef ESP_ATTR_H
#define ESP_ATTR_H

#include "espmem_config.h"

#define IRAM_ATTR
#define ESP_SYSTEM_IRAM_ATTR
#define DRAM_ATTR
#define TCM_IRAM_ATTR
#define TCM_DRAM_ATTR
#define SPM_IRAM_ATTR
#define SPM_DRAM_ATTR
#define FLASH_ATTR
#define IRAM_8BIT_ACCESS_ATTR
#define IRAM_DATA_ATTR
#define IRAM_BSS_ATTR
#define COREDUMP_IRAM_ATTR
#define COREDUMP_DRAM_ATTR
#define COREDUMP_IRAM_DATA_ATTR
#define COREDUMP_RTC_DATA_ATTR
#define COREDUMP_RTC_FAST_ATTR
#define EXT_RAM_ATTR
#define EXT_RAM_BSS_ATTR
#define EXT_RAM_NOINIT_ATTR
#define RTC_IRAM_ATTR
#define RTC_DATA_ATTR
#define RTC_RODATA_ATTR
#define RTC_FAST_ATTR
#define RTC_SLOW_ATTR
#define RTC_NOINIT_ATTR
#define RTC_SHORT_LIFETIME_ATTR
#define __NOINIT_ATTR
#define DRAM_STR(str) (str)

#define WORD_ALIGNED_ATTR     __attribute__((aligned(4)))
#define DMA_ATTR              WORD_ALIGNED_ATTR
#define DRAM_DMA_ALIGNED_ATTR WORD_ALIGNED_ATTR
#define NOINLINE_ATTR         __attribute__((noinline))
#ifndef FORCE_INLINE_ATTR
#define FORCE_INLINE_ATTR static inline __attribute__((always_inline))
#endif
#define INLINE_FN_ATTR static inline

/* The bit operators of an enumeration: C has them, C++ gets them here. */
#ifdef __cplusplus
#define FLAG_ATTR_U32(TYPE) FLAG_ATTR(TYPE)
#define FLAG_ATTR(TYPE)                                                                                                        \
    __attribute__((unused)) static inline TYPE operator~(TYPE a)                                                               \
    {                                                                                                                          \
        return (TYPE) ~(unsigned)a;                                                                                            \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE operator|(TYPE a, TYPE b)                                                       \
    {                                                                                                                          \
        return (TYPE)((unsigned)a | (unsigned)b);                                                                              \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE operator&(TYPE a, TYPE b)                                                       \
    {                                                                                                                          \
        return (TYPE)((unsigned)a & (unsigned)b);                                                                              \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE operator^(TYPE a, TYPE b)                                                       \
    {                                                                                                                          \
        return (TYPE)((unsigned)a ^ (unsigned)b);                                                                              \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE operator>>(TYPE a, unsigned b)                                                  \
    {                                                                                                                          \
        return (TYPE)((unsigned)a >> b);                                                                                       \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE operator<<(TYPE a, unsigned b)                                                  \
    {                                                                                                                          \
        return (TYPE)((unsigned)a << b);                                                                                       \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE &operator|=(TYPE &a, TYPE b)                                                    \
    {                                                                                                                          \
        return a = a | b;                                                                                                      \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE &operator&=(TYPE &a, TYPE b)                                                    \
    {                                                                                                                          \
        return a = a & b;                                                                                                      \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE &operator^=(TYPE &a, TYPE b)                                                    \
    {                                                                                                                          \
        return a = a ^ b;                                                                                                      \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE &operator>>=(TYPE &a, unsigned b)                                               \
    {                                                                                                                          \
        return a = a >> b;                                                                                                     \
    }                                                                                                                          \
    __attribute__((unused)) static inline TYPE &operator<<=(TYPE &a, unsigned b)                                               \
    {                                                                                                                          \
        return a = a << b;                                                                                                     \
    }
#else
#define FLAG_ATTR_U32(TYPE)
#define FLAG_ATTR(TYPE)
#endif

#ifndef IDF_DEPRECATED
#define IDF_DEPRECATED(REASON) __attribute__((deprecated(REASON)))
#endif

#endif
