/* main() of a program that has none: the chip's main task.
 *
 * Linked only where the program defines app_main alone. One idea: the host's first thread plays the main
 * task, and when that has ended, the program goes on as long as any other task does. */
#include "boot.h"
#include "idf/freertos.h"
#include "threads.h"

void app_main(void);

extern const char sim_main_is_ours[];
const char sim_main_is_ours[] = "main";

static void play_main_task(void)
{
    app_main();
    idf_task_abandon();
}

int main(void)
{
    sim_boot_main_task();
    sim_threads_run(play_main_task);
    sim_threads_wait_for_all();
    return 0;
}
