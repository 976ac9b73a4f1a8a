/* Hints to the compiler, under ESP-IDF's names. */
#ifndef ESP_COMPILER_H
#define ESP_COMPILER_H

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define __COMPILER_PRAGMA__(string) _Pragma(#string)
#define _COMPILER_PRAGMA_(string)   __COMPILER_PRAGMA__(string)

#ifndef CONTAINER_OF
#define CONTAINER_OF(ptr, type, field) ((type *)(void *)((char *)(ptr)-offsetof(type, field)))
#endif

#endif
