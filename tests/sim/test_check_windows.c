/* Two tasks on two cores with windows of their own beside each other, in every manner, while signals come and
 * the process forks. */
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "esp32/himem.h"
#include "esp_err.h"
#include "freertos/FreeRTOS.h"

#include "freertos/semphr.h"
#include "freertos/task.h"

enum { BANK = ESP_HIMEM_BLKSZ, BANKS = 4, ROUNDS = 200 };

static esp_himem_rangehandle_t range; /* of both: a page each */
static SemaphoreHandle_t done;
static atomic_uint wrong, ticks;

static void round_of(esp_himem_handle_t memory, unsigned page, unsigned round)
{
    void *pointer = NULL;
    const unsigned bank = round % BANKS;
    ESP_ERROR_CHECK(esp_himem_map(memory, range, bank * (size_t)BANK, page * (size_t)BANK, BANK, 0, &pointer));
    volatile uint32_t *words = pointer;
    if (round >= BANKS && words[page] != round - BANKS) /* what the last visit to this bank wrote */
        atomic_fetch_add(&wrong, 1);
    words[page] = round;
    ESP_ERROR_CHECK(esp_himem_unmap(range, pointer, BANK));
}

static void use_window(void *argument)
{
    const unsigned page = (unsigned)(uintptr_t)argument;
    esp_himem_handle_t memory;
    ESP_ERROR_CHECK(esp_himem_alloc(BANKS * (size_t)BANK, &memory));
    for (unsigned round = 0; round < ROUNDS; round++)
        round_of(memory, page, round);
    ESP_ERROR_CHECK(esp_himem_free(memory));
    xSemaphoreGive(done);
    vTaskDelete(NULL);
}

static void on_alarm(int number)
{
    (void)number;
    atomic_fetch_add_explicit(&ticks, 1, memory_order_relaxed);
}

static void fork_once(void)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    if (waitpid(child, &status, 0) != child || status != 0)
        atomic_fetch_add(&wrong, 1);
}

static void share(void)
{
    const struct itimerval often = {{0, 1000}, {0, 1000}};
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    done = xSemaphoreCreateCounting(2, 0);
    ESP_ERROR_CHECK(esp_himem_alloc_map_range(2 * BANK, &range));
    setitimer(ITIMER_REAL, &often, NULL);
    for (unsigned i = 0; i < 2; i++)
        xTaskCreatePinnedToCore(use_window, i ? "second" : "first", 4096, (void *)(uintptr_t)i, 5, NULL, (BaseType_t)i);
    for (unsigned i = 0; i < 5; i++)
        fork_once();
    for (unsigned i = 0; i < 2; i++)
        xSemaphoreTake(done, portMAX_DELAY);
    ESP_ERROR_CHECK(esp_himem_free_map_range(range));
    printf("wrong %u\n", atomic_load(&wrong));
}

static void is_good(const char *settings)
{
    struct child child;
    child_run_self(&child, settings, "share");
    if (child.status != 0 || child.err[0])
        printf("%s: status %d: %s", settings, child.status, child.err);
    CHECK_EQ(child.status, 0);
    CHECK(strstr(child.out, "wrong 0\n") != NULL);
    CHECK_STR(child.err, "");
}

TEST(two_tasks_share_a_window_in_manner_chip)
{
    is_good("ESPMEM_MANNER=chip");
}

TEST(two_tasks_share_a_window_in_manner_strict)
{
    is_good("ESPMEM_MANNER=strict");
}

TEST(two_tasks_share_a_window_with_warnings)
{
    is_good("ESPMEM_WARN=1");
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "share") == 0) {
        share();
        return 0;
    }
    return check_run(count > 1 ? arguments[1] : NULL);
}
