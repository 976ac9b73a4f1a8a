/* The MPU as the guard of a window of copied banks: see mpu.h.
 *
 * Knows nothing of banks. One idea: two regions lie over the window, one that denies all access and one
 * that denies writes, and each has eight subregions that can be switched off: one for each page. */
#include "ports/arm/cortex_m/mpu.h"

#define MPU_CONTROL         (*(volatile uint32_t *)0xE000ED94)
#define MPU_NUMBER          (*(volatile uint32_t *)0xE000ED98)
#define MPU_BASE            (*(volatile uint32_t *)0xE000ED9C)
#define MPU_ATTRIBUTES      (*(volatile uint32_t *)0xE000EDA0)
#define SYSTEM_HANDLERS     (*(volatile uint32_t *)0xE000ED24)
#define OWN_TRAP_ON         (1u << 16)
#define SIZE_OF_256_KIB     (17u << 1)
#define REGION_ON           1u
#define MPU_ON_WITH_DEFAULT 5u

enum { DENIES_ALL = 0, DENIES_WRITES = 6, ALL_PAGES = 0xFF };

static uintptr_t guarded;

static void set_region(unsigned number, uint32_t access, unsigned pages_left_out)
{
    MPU_NUMBER = number;
    MPU_BASE = guarded;
    MPU_ATTRIBUTES = access << 24 | (pages_left_out & ALL_PAGES) << 8 | SIZE_OF_256_KIB | REGION_ON;
}

void mpu_guard(unsigned mapped, unsigned read_only)
{
    set_region(0, DENIES_ALL, mapped);
    set_region(1, DENIES_WRITES, ~read_only);
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

void mpu_open(uintptr_t window)
{
    guarded = window;
    SYSTEM_HANDLERS |= OWN_TRAP_ON;
    mpu_guard(0, 0);
    MPU_CONTROL = MPU_ON_WITH_DEFAULT;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}
