/* The ROM's cache functions. A host keeps one coherent view of memory, so there is never anything to
 * flush and no cache to switch off: these do nothing, and that is all they have to do. */
#ifndef ESP32_ROM_CACHE_H
#define ESP32_ROM_CACHE_H

#ifdef __cplusplus
extern "C" {
#endif

static inline void Cache_Flush(int cpu_no)
{
    (void)cpu_no;
}
static inline void Cache_Flush_rom(int cpu_no)
{
    (void)cpu_no;
}
static inline void Cache_Read_Enable(int cpu_no)
{
    (void)cpu_no;
}
static inline void Cache_Read_Enable_rom(int cpu_no)
{
    (void)cpu_no;
}
static inline void Cache_Read_Disable(int cpu_no)
{
    (void)cpu_no;
}
static inline void Cache_Read_Disable_rom(int cpu_no)
{
    (void)cpu_no;
}

#ifdef __cplusplus
}
#endif
#endif
