// ESP-IDF's headers from C++: all of them together, and the macros that need care there.
#include "caught.h"
#include "check.h"

#include "freertos/FreeRTOS.h"

#include "esp32/himem.h"
#include "esp32/rom/cache.h"
#include "esp32/spiram.h"
#include "esp_attr.h"
#include "esp_bit_defs.h"
#include "esp_check.h"
#include "esp_compiler.h"
#include "esp_cpu.h"
#include "esp_err.h"
#include "esp_heap_alloc_caps.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "esp_idf_version.h"
#include "esp_log.h"
#include "esp_memory_utils.h"
#include "esp_private/esp_psram_extram.h"
#include "esp_private/esp_psram_io.h"
#include "esp_psram.h"
#include "esp_random.h"
#include "esp_rom_sys.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "esp_types.h"
#include "freertos/FreeRTOSConfig.h"
#include "freertos/event_groups.h"
#include "freertos/idf_additions.h"
#include "freertos/portable.h"
#include "freertos/portmacro.h"
#include "freertos/projdefs.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "freertos/timers.h"
#include "heap_alloc_caps.h"
#include "heap_memory_layout.h"
#include "multi_heap.h"
#include "nvs_flash.h"
#include "sdkconfig.h"
#include "soc/soc.h"
#include "soc/soc_caps.h"
#include "soc/soc_memory_layout.h"
#include "soc/soc_memory_types.h"
#include "spinlock.h"

namespace
{

enum Flags { NONE = 0, ONE = 1, TWO = 2 };
FLAG_ATTR(Flags)

portMUX_TYPE lock = portMUX_INITIALIZER_UNLOCKED;
DRAM_ATTR int in_data = 1;
int results;

IRAM_ATTR void add(int n)
{
    portENTER_CRITICAL(&lock);
    results += n * in_data;
    portEXIT_CRITICAL(&lock);
}

void body(void *queue)
{
    int item = 42;
    xQueueSend(static_cast<QueueHandle_t>(queue), &item, portMAX_DELAY);
    vTaskDelete(nullptr);
}

} // namespace

TEST(a_cpp_program_uses_tasks_and_queues)
{
    QueueHandle_t queue = xQueueCreate(1, sizeof(int));
    CHECK_EQ(xTaskCreate(body, "cpp", 2048, queue, tskIDLE_PRIORITY + 1, nullptr), pdPASS);
    int item = 0;
    CHECK_EQ(xQueueReceive(queue, &item, pdMS_TO_TICKS(2000)), pdTRUE);
    CHECK_EQ(item, 42);
    vQueueDelete(queue);
    SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
    CHECK_EQ(xSemaphoreTake(mutex, portMAX_DELAY), pdTRUE);
    CHECK_EQ(xSemaphoreGive(mutex), pdTRUE);
    vSemaphoreDelete(mutex);
    CHECK_EQ(xTaskNotifyGive(xTaskGetCurrentTaskHandle()), pdPASS);
    CHECK_EQ(ulTaskNotifyTake(pdTRUE, 0), 1);
}

TEST(the_macros_work_in_cpp)
{
    Flags flags = ONE | TWO;
    flags &= ~ONE;
    CHECK_EQ(flags, TWO);
    add(3);
    CHECK_EQ(results, 3);
    ESP_ERROR_CHECK(ESP_OK);
    CHECK_EQ(ESP_ERROR_CHECK_WITHOUT_ABORT(ESP_OK), ESP_OK);
    catch_begin();
    ESP_LOGW("cpp", "no arguments");
    ESP_EARLY_LOGW("cpp", "%d", 1);
    catch_end();
    CHECK(strstr(caught.console, ") cpp: no arguments\nW (") != nullptr);
    CHECK_EQ(BIT(3), BIT3);
    Cache_Flush(0);
}

CHECK_MAIN
