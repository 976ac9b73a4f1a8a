/* esp_psram_*: how PSRAM is found, tested and shared out. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "check.h"

#include "../../idf/chip.h"
#include "esp32/himem.h"
#include "esp32/spiram.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "esp_memory_utils.h"
#include "esp_private/esp_psram_extram.h"
#include "esp_psram.h"
#include "fixture.h"

#define MIB (1024 * 1024)

TEST(it_is_found_once_and_says_so_in_the_chips_words)
{
    fixture_reset("esp32-wrover-8m,reserve=62");
    CHECK_EQ(esp_psram_get_size(), 0);
    CHECK(!esp_psram_is_initialized());
    CHECK_EQ(esp_psram_init(), ESP_OK);
    CHECK_STR(fixture_console(), "I (7) spiram: Found 64MBit SPI RAM device\n"
                                 "I (7) spiram: SPI RAM mode: flash 40m sram 40m\n"
                                 "I (7) spiram: PSRAM initialized, cache is in low/high (2-core) mode.\n");
    CHECK_EQ(esp_psram_init(), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_psram_chip_init(), ESP_ERR_INVALID_STATE);
    CHECK(esp_psram_is_initialized());
    CHECK_EQ(esp_psram_get_size(), 8 * MIB);
    CHECK_EQ(esp_spiram_get_chip_size(), ESP_SPIRAM_SIZE_64MBITS);
}

TEST(a_board_without_it_fails_to_find_it)
{
    fixture_reset("esp32-wroom");
    CHECK_EQ(esp_psram_init(), ESP_FAIL);
    CHECK_EQ(esp_psram_extram_add_to_heap_allocator(), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_psram_get_heap_size_to_protect(), 0);
    CHECK(!esp_psram_extram_test());
    CHECK(!esp_psram_check_ptr_addr((void *)0x3F800000));
    CHECK_EQ(esp_spiram_get_chip_size(), ESP_SPIRAM_SIZE_INVALID);
    CHECK_STR(fixture_console(), "");
}

TEST(the_test_leaves_the_pages_as_they_were_and_reaches_the_last_bank)
{
    fixture_reset("esp32-wrover-8m,reserve=62");
    CHECK_EQ(esp_psram_init(), ESP_OK);
    fixture_forget();
    CHECK(esp_psram_extram_test());
    CHECK_STR(fixture_console(), "I (7) spiram: SPI SRAM memory test OK\n");
    volatile uint32_t *window = (volatile uint32_t *)0x3F800000;
    for (unsigned page = 0; page < 128; page++)
        CHECK_EQ(window[page * 0x2000], (page * 0x2000) ^ 0xAAAAAAAAu); /* each shows its own bank */
    struct em_bank_mmu *mmu = idf_chip.platform->bank_mmu;
    CHECK(mmu->map(mmu, 127, 255, 1, 0));
    CHECK_EQ(window[128 * 0x2000 - 1], (256 * 0x2000 - 1) ^ 0xAAAAAAAAu);
    mmu->unmap(mmu, 127, 255, 1);
}

/* Brings another bank than was asked for: what a stuck address line does. */
static struct em_bank_mmu *real_mmu;
static bool map_wrongly(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count, unsigned flags)
{
    (void)mmu;
    return real_mmu->map(real_mmu, page, bank == 128 ? 190 : bank, count, flags);
}
static void unmap_wrongly(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count)
{
    (void)mmu;
    real_mmu->unmap(real_mmu, page, bank == 128 ? 190 : bank, count);
}

TEST(the_test_finds_a_bank_that_is_another)
{
    struct em_bank_mmu wrong = {.map = map_wrongly, .unmap = unmap_wrongly};
    fixture_reset("esp32-wrover-8m,reserve=62");
    CHECK_EQ(esp_psram_init(), ESP_OK);
    struct idf_platform platform = *idf_chip.platform;
    real_mmu = platform.bank_mmu;
    platform.bank_mmu = &wrong;
    idf_chip.platform = &platform;
    fixture_forget();
    CHECK(!esp_psram_extram_test());
    CHECK(strstr(fixture_console(), "E (7) spiram: SPI SRAM memory test fail. "));
    fixture_reset("esp32-wroom");
}

TEST(the_heap_gets_all_but_himems_pages)
{
    fixture_reset("esp32-wrover-8m,reserve=62");
    CHECK_EQ(esp_psram_init(), ESP_OK);
    heap_caps_init();
    fixture_forget();
    CHECK_EQ(esp_psram_get_heap_size_to_protect(), 2112 * 1024);
    CHECK_EQ(esp_psram_extram_add_to_heap_allocator(), ESP_OK);
    CHECK_STR(fixture_console(), "I (7) spiram: Adding pool of 2112K of external SPI memory to heap allocator\n");
    CHECK_EQ(heap_caps_get_total_size(MALLOC_CAP_SPIRAM), 2112 * 1024);
    CHECK_EQ(esp_psram_extram_add_to_heap_allocator(), ESP_FAIL);
    CHECK(esp_psram_check_ptr_addr((void *)0x3FBFFFFF));
    CHECK(!esp_psram_check_ptr_addr((void *)0x3FC00000));
    CHECK_EQ(esp_himem_reserved_area_size(), 62 * 0x8000);
}

TEST(the_internal_pool_is_a_heap_within_a_heap)
{
    fixture_open("esp32-wrover-8m,reserve=62");
    size_t total = heap_caps_get_total_size(MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);
    CHECK_EQ(esp_psram_extram_reserve_dma_pool(0), ESP_OK);
    CHECK_STR(fixture_console(), "");
    CHECK_EQ(esp_psram_extram_reserve_dma_pool(32768), ESP_OK);
    CHECK_STR(fixture_console(), "I (7) spiram: Reserving pool of 32K of internal memory for DMA/internal allocations\n");
    CHECK_EQ(heap_caps_get_total_size(MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL) - total, 32767);
    CHECK(heap_caps_check_integrity_all(true));
    CHECK_EQ(esp_psram_extram_reserve_dma_pool(10000000), ESP_ERR_NO_MEM);
}

TEST(pointers_answer_by_their_address)
{
    fixture_open("esp32-wrover-4m,reserve=62");
    static const struct {
        uintptr_t address;
        bool dram, iram, executable, bytes, internal, external;
    } rows[] = {
        {0x3FFAE000, true, false, false, true, true, false},    {0x3FFADFFF, false, false, false, true, true, false},
        {0x3FFFFFFF, true, false, false, true, true, false},    {0x40000000, false, false, true, false, true, false},
        {0x40080000, false, true, true, false, true, false},    {0x4007FFFF, false, false, false, false, true, false},
        {0x400A9FFF, false, true, true, false, true, false},    {0x400BFFFC, false, false, true, false, true, false},
        {0x3F800000, false, false, false, true, false, true},   {0x3FBFFFFF, false, false, false, true, false, true},
        {0x3FC00000, false, false, false, false, false, false}, {0x400D0000, false, false, true, false, false, false},
        {0x50001FFF, false, false, false, false, true, false},  {0x3FF80000, false, false, false, false, false, false},
        {0x400C0000, false, false, true, false, true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const void *p = (const void *)rows[i].address;
        CHECK_EQ((intmax_t)rows[i].address * 2 + esp_ptr_in_dram(p), (intmax_t)rows[i].address * 2 + rows[i].dram);
        CHECK_EQ((intmax_t)rows[i].address * 2 + esp_ptr_in_iram(p), (intmax_t)rows[i].address * 2 + rows[i].iram);
        CHECK_EQ((intmax_t)rows[i].address * 2 + esp_ptr_executable(p), (intmax_t)rows[i].address * 2 + rows[i].executable);
        CHECK_EQ((intmax_t)rows[i].address * 2 + esp_ptr_byte_accessible(p), (intmax_t)rows[i].address * 2 + rows[i].bytes);
        CHECK_EQ((intmax_t)rows[i].address * 2 + esp_ptr_internal(p), (intmax_t)rows[i].address * 2 + rows[i].internal);
        CHECK_EQ((intmax_t)rows[i].address * 2 + esp_ptr_external_ram(p), (intmax_t)rows[i].address * 2 + rows[i].external);
    }
    CHECK_PTR(esp_ptr_diram_dram_to_iram((void *)0x3FFE0000), 0x400BFFFC);
    CHECK_PTR(esp_ptr_diram_iram_to_dram((void *)0x400A0000), 0x3FFFFFFC);
    CHECK_PTR(esp_ptr_rtc_dram_to_iram((void *)0x3FF80010), 0x400C0010);
    CHECK(esp_stack_ptr_in_dram(0x3FFB0010) && !esp_stack_ptr_in_dram(0x3FFB0011) && !esp_stack_ptr_in_dram(0x3FFAE000));
    CHECK(esp_stack_ptr_is_sane(0x3F800010) && !esp_stack_ptr_is_sane(0x3F800014));
    CHECK(!esp_ptr_dma_ext_capable((void *)0x3F800000) && esp_ptr_dma_capable((void *)0x3FFB0000));
}

TEST(one_core_leaves_its_neighbours_cache_to_the_program)
{
    fixture_open("esp32-wroom,cores=1");
    CHECK(esp_ptr_in_iram((void *)0x40078000));
    CHECK(!esp_ptr_in_iram((void *)0x40077FFF));
}

CHECK_MAIN
