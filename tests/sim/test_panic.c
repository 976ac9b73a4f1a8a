/* The end of a program by something wrong: one form for all causes, status 3, who did it and where. */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "esp_err.h"
#include "esp_heap_caps.h"
#include "espmem/sim.h"
#include "freertos/FreeRTOS.h"

#include "freertos/task.h"

/* ---- what a child does ------------------------------------------------------------------------ */

static void call_abort(void)
{
    abort();
}

static void fail_a_check(void)
{
    ESP_ERROR_CHECK(ESP_ERR_NO_MEM);
}

static void write_nowhere(void)
{
    volatile uint32_t *volatile nowhere = (volatile uint32_t *)(uintptr_t)0x20;
    *nowhere = 1;
}

static void read_peripheral(void)
{
    printf("%u\n", (unsigned)*(volatile uint32_t *)(uintptr_t)0x3FF00010);
}

static volatile int zero;

static void divide_by_zero(void)
{
    printf("%d\n", 1000 / zero);
}

static void run_data(void)
{
    union {
        void *data;
        void (*code)(void);
    } block = {heap_caps_malloc(64, MALLOC_CAP_8BIT)};
    block.code();
    printf("came back\n");
}

static void abort_in_task(void *unused)
{
    (void)unused;
    abort();
}

static void call_abort_on_core_1(void)
{
    xTaskCreatePinnedToCore(abort_in_task, "bad", 2048, NULL, 5, NULL, 1);
    vTaskDelay(1000);
}

static void free_foreign(void)
{
    static uint32_t word;
    heap_caps_free(&word);
    printf("freed\n"); /* the call is no tail call */
}

static void abort_with_hook(void)
{
    setenv("TEST_HOOK", "1", 1);
    abort();
}

void espmem_panic_hook(const char *cause)
{
    static const char text[] = "hook: abort\n";
    if (getenv("TEST_HOOK") && strcmp(cause, "abort") == 0 && write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(1);
}

static void reach_end(void)
{
    printf("the end\n");
}

static const struct deed {
    const char *name;
    void (*run)(void);
} deeds[] = {
    {"call_abort", call_abort},
    {"fail_a_check", fail_a_check},
    {"write_nowhere", write_nowhere},
    {"read_peripheral", read_peripheral},
    {"divide_by_zero", divide_by_zero},
    {"run_data", run_data},
    {"call_abort_on_core_1", call_abort_on_core_1},
    {"free_foreign", free_foreign},
    {"abort_with_hook", abort_with_hook},
    {"reach_end", reach_end},
};

/* ---- tests ------------------------------------------------------------------------------------ */

static struct child child;

static void has(const char *words)
{
    if (!strstr(child.err, words))
        printf("no \"%s\" in: %s", words, child.err);
    CHECK(strstr(child.err, words) != NULL);
}

static void panics(const char *deed, const char *first)
{
    child_run_self(&child, "", deed);
    CHECK_EQ(child.status, 3);
    has("Guru Meditation Error: Core ");
    has(first);
}

/* A sanitizer takes crashes first. */
static bool is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

TEST(abort_is_a_panic_that_names_its_caller)
{
    panics("call_abort", "Core 0 panic'ed (abort). abort() was called at PC 0x");
    has(", call_abort+0x");
    has("task main, board esp32-wrover-8m, manner chip");
    has("#0 ");
    has(" main+0x");
}

TEST(a_failed_check_says_what_failed_and_panics)
{
    panics("fail_a_check", "Core 0 panic'ed (abort). abort() was called at PC 0x");
    CHECK(strstr(child.out, "ESP_ERROR_CHECK failed: esp_err_t 0x101 (ESP_ERR_NO_MEM) at 0x") != NULL);
    has(" fail_a_check+0x");
}

TEST(an_address_of_nothing_is_prohibited)
{
    panics("read_peripheral", "(LoadProhibited). read of 0x3ff00010");
    has("0x3ff00010: it is in the esp32's peripherals, where nothing can be accessed");
    if (is_sanitized())
        return;
    panics("write_nowhere", "(StoreProhibited). write of 0x00000020");
    has("#0 ");
    has(" write_nowhere+0x");
    has("0x00000020: it is no address of the chip");
}

TEST(a_division_by_zero_is_one_on_the_chip)
{
    if (!is_sanitized())
        panics("divide_by_zero", "(IntegerDivideByZero). at PC 0x");
}

TEST(data_is_not_executed)
{
    panics("run_data", "(InstrFetchProhibited). execution of 0x3ff");
    has("bytes inside the used block of 64 bytes");
    has(" run_data+0x");
}

TEST(the_panic_names_task_and_core)
{
    panics("call_abort_on_core_1", "Core 1 panic'ed (abort)");
    has("task bad, ");
}

TEST(a_damaged_heap_is_a_panic)
{
    panics("free_foreign", "Core 0 panic'ed (CorruptHeap). free of 0x");
    has(" free_foreign+0x");
}

TEST(a_hook_is_called_before_anything_is_printed)
{
    child_run_self(&child, "", "abort_with_hook");
    CHECK_EQ(child.status, 3);
    CHECK(strncmp(child.err, "hook: abort\nGuru", 16) == 0);
}

TEST(a_good_program_says_nothing)
{
    child_run_self(&child, "", "reach_end");
    CHECK_EQ(child.status, 0);
    CHECK_STR(child.err, "");
}

int main(int count, char **arguments)
{
    for (size_t i = 0; count > 1 && i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, arguments[1]) != 0)
            continue;
        deeds[i].run();
        return 0;
    }
    return check_run(count > 1 ? arguments[1] : NULL);
}
