/* The report of an access that was stopped, and of a fault the core found.
 *
 * Runs inside a signal handler or behind a damaged heap: it reads records without locks, prints into
 * its own memory and allocates nothing.
 *
 * One idea: a report names the address, then what belongs there, then who was there. */
#include "fault.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "banks.h"
#include "damage.h"
#include "idf/chip.h"
#include "idf/fault_text.h"
#include "platform.h"
#include "ports/linux/port.h"
#include "space.h"

enum { SIGNAL_STACK_BYTES = 64 * 1024 };

static struct sigaction earlier_segv, earlier_bus;
static bool started;

/* ---- what is known of a place --------------------------------------------------------------- */

static unsigned long number(uintptr_t address)
{
    return (unsigned long)address;
}

static bool is_himem_page(unsigned page)
{
    const struct em_himem_layout *layout = &idf_chip.himem.layout;
    return idf_chip.himem_open && page >= layout->first_page && page - layout->first_page < layout->pages;
}

/* "range at 0x… (3 pages)", or who else has the page. */
static void describe_range(unsigned page, char *text, size_t room)
{
    const struct em_himem *himem = &idf_chip.himem;
    unsigned index = page - himem->layout.first_page;
    unsigned owner = himem->pages[index].range;
    if (owner == 0) {
        snprintf(text, room, "belongs to no range");
        return;
    }
    unsigned count = 0;
    for (unsigned i = owner - 1; i < himem->layout.pages && himem->pages[i].range == owner; i++)
        count++;
    uintptr_t start = himem->layout.window + (himem->layout.first_page + owner - 1) * himem->layout.bank_size;
    snprintf(text, room, "belongs to the range at 0x%08lx of %u page%s", number(start), count, count == 1 ? "" : "s");
}

static void describe_window(const struct sim_page_view *view, char *text, size_t room)
{
    if (!is_himem_page(view->page)) {
        snprintf(text, room, "it is in page %u of the external RAM's window, where this board has no RAM", view->page);
        return;
    }
    char range[96], shown[96];
    describe_range(view->page, range, sizeof range);
    unsigned first = idf_chip.himem.layout.first_bank, page = view->page - idf_chip.himem.layout.first_page;
    if (view->shown)
        snprintf(shown, sizeof shown, "is mapped read-only to himem bank %u", view->bank - first);
    else if (view->ever_shown && view->bank >= first)
        snprintf(shown, sizeof shown, "is not mapped; it was mapped to himem bank %u last", view->bank - first);
    else
        snprintf(shown, sizeof shown, "is not mapped");
    snprintf(text, room, "himem page %u %s, and %s", page, shown, range);
}

static void describe_address(uintptr_t address, char *text, size_t room)
{
    const struct sim_page_view view = sim_banks_view(address);
    const struct sim_range *range = sim_space_range_of(address);
    if (view.in_window)
        describe_window(&view, text, room);
    else if (range)
        snprintf(text, room, "it is in the %s's %s, where nothing can be accessed", range->chip, range->name);
    else
        snprintf(text, room, "it is no address of the chip");
}

/* ---- accesses ------------------------------------------------------------------------------- */

static _Noreturn void stop_access(uintptr_t address, const void *context, const char *damage)
{
    char known[320];
    describe_address(address, known, sizeof known);
    const char *manner = idf_chip.board.manner == EM_MANNER_STRICT ? "strict" : "chip";
    sim_say("%s of 0x%08lx by the code at 0x%lx: %s (manner %s)%s", em_linux_access_kind(context), number(address),
            number(em_linux_program_counter(context)), known, manner, damage);
    sim_die(SIM_EXIT_PANIC);
}

static const struct sigaction *earlier_for(int signal_number)
{
    return signal_number == SIGBUS ? &earlier_bus : &earlier_segv;
}

static bool had_nobody(const struct sigaction *earlier)
{
    return !(earlier->sa_flags & SA_SIGINFO) && (earlier->sa_handler == SIG_DFL || earlier->sa_handler == SIG_IGN);
}

/* Hands the signal to whoever had it before; without anybody the repeated access ends the process. */
static void pass_on(int signal_number, siginfo_t *info, void *context)
{
    const struct sigaction *earlier = earlier_for(signal_number);
    if (earlier->sa_flags & SA_SIGINFO) {
        earlier->sa_sigaction(signal_number, info, context);
    } else if (had_nobody(earlier)) {
        signal(signal_number, SIG_DFL);
        if (info->si_code <= 0) /* sent by somebody: nothing will repeat it */
            raise(signal_number);
    } else {
        earlier->sa_handler(signal_number);
    }
}

static void on_signal(int signal_number, siginfo_t *info, void *context)
{
    uintptr_t address = (uintptr_t)info->si_addr;
    char damage[400] = "";
    if (info->si_code > 0 && sim_space_range_of(address))
        stop_access(address, context, damage);
    if (info->si_code > 0 && had_nobody(earlier_for(signal_number)))
        sim_damage_describe(damage, sizeof damage);
    if (damage[0]) /* else it is the program's own affair */
        stop_access(address, context, damage);
    pass_on(signal_number, info, context);
}

/* ---- faults of the core --------------------------------------------------------------------- */

struct search {
    uintptr_t address;
    struct em_block_view found;
};

static bool is_at(void *context, const struct em_block_view *block)
{
    struct search *search = context;
    uintptr_t start = (uintptr_t)block->address;
    if (search->address < start || search->address - start >= block->size)
        return true;
    search->found = *block;
    return false;
}

static void describe_fault(const struct em_fault *fault, char *text, size_t room)
{
    uintptr_t subject = fault->block ? fault->block : fault->address;
    const struct em_caps_heap *heap = idf_chip.heaps_open ? em_caps_heap_of(&idf_chip.pool, subject) : NULL;
    if (!heap) {
        describe_address(subject, text, room);
        return;
    }
    struct search search = {subject, {0}};
    if (heap->heap)
        em_heap_walk(heap->heap, is_at, &search);
    int length = snprintf(text, room, "it is in the heap %s at 0x%08lx-0x%08lx", heap->type_name, number(heap->start),
                          number(heap->end));
    if (!search.found.address || length < 0 || (size_t)length >= room)
        return;
    const bool marked = search.found.used && em_guard_of(heap->heap) != EM_GUARD_OFF;
    uintptr_t block = (uintptr_t)search.found.address + (marked ? EM_GUARD_HEAD_BYTES : 0);
    snprintf(text + length, room - (size_t)length, ", %ld bytes inside the %s block of %lu bytes at 0x%08lx",
             (long)(subject - block), search.found.used ? "used" : "free",
             (unsigned long)(search.found.size - (marked ? EM_GUARD_BYTES : 0)), number(block));
}

/* The report is out already, so this is a panic without words of its own. */
static void stop_fault(const char *reason)
{
    (void)reason;
    sim_die(SIM_EXIT_PANIC);
}

static const struct em_linux_fault_handling core_faults = {
    .print = idf_fault_print, .describe = describe_fault, .stop = stop_fault};

/* ---- set-up --------------------------------------------------------------------------------- */

void sim_faults_enter_thread(void)
{
    stack_t old;
    if (sigaltstack(NULL, &old) == 0 && !(old.ss_flags & SS_DISABLE))
        return; /* a sanitizer or the program has given one */
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *memory = mmap(NULL, SIGNAL_STACK_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED)
        return; /* faults are handled on the ordinary stack then */
    stack_t stack = {.ss_sp = memory, .ss_size = SIGNAL_STACK_BYTES};
    sigaltstack(&stack, NULL);
}

void sim_faults_leave_thread(void)
{
    stack_t old;
    if (sigaltstack(NULL, &old) != 0 || (old.ss_flags & SS_DISABLE) || old.ss_size != SIGNAL_STACK_BYTES)
        return;
    stack_t none = {.ss_flags = SS_DISABLE};
    if (sigaltstack(&none, NULL) == 0)
        munmap(old.ss_sp, SIGNAL_STACK_BYTES);
}

void sim_faults_start(void)
{
    em_linux_handle_faults(&core_faults);
    if (started)
        return;
    started = true;
    sim_faults_enter_thread();
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &earlier_segv);
    sigaction(SIGBUS, &action, &earlier_bus);
}
