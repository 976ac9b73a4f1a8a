/* The model of himem: see himem_model.h. */
#include "himem_model.h"

#include <stdlib.h>
#include <string.h>

void himem_model_start(struct himem_model *model, const struct himem_rig *rig)
{
    memset(model, 0, sizeof *model);
    model->rig = rig;
}

/* ---- questions ------------------------------------------------------------------------------- */

static unsigned banks_of(const struct himem_model *model, em_himem_handle handle)
{
    unsigned count = 0;
    for (unsigned bank = 0; bank < model->rig->layout.banks; bank++)
        count += handle != 0 && model->owner[bank] == handle;
    return count;
}

/* The n-th bank of a memory: they were taken lowest first. */
static unsigned bank_at(const struct himem_model *model, em_himem_handle handle, size_t n)
{
    unsigned bank = 0;
    for (;; bank++) {
        if (model->owner[bank] == handle && n-- == 0)
            return bank;
    }
}

static unsigned pages_of(const struct himem_model *model, em_himem_range range, unsigned *first)
{
    unsigned count = 0;
    for (unsigned page = model->rig->layout.pages; page-- > 0;) {
        if (range != 0 && model->range_of[page] == range) {
            count++;
            *first = page;
        }
    }
    return count;
}

bool himem_model_has_memory(const struct himem_model *model, unsigned slot)
{
    return banks_of(model, model->rig->handles[slot]) != 0;
}

bool himem_model_has_range(const struct himem_model *model, unsigned slot)
{
    unsigned first;
    return pages_of(model, model->rig->ranges[slot], &first) != 0;
}

/* ---- operations ------------------------------------------------------------------------------ */

static enum em_error allocate(struct himem_model *model, const struct himem_op *op)
{
    unsigned free_banks = 0, banks = model->rig->layout.banks;
    if (op->length % RIG_BANK != 0)
        return EM_INVALID_SIZE;
    for (unsigned bank = 0; bank < banks; bank++)
        free_banks += model->owner[bank] == 0;
    size_t wanted = op->length / RIG_BANK;
    if (wanted == 0 || wanted > free_banks)
        return EM_NO_MEM;
    for (unsigned bank = 0; wanted != 0; bank++) {
        if (model->owner[bank] == 0) {
            model->owner[bank] = model->rig->handles[op->slot];
            wanted--;
        }
    }
    return EM_OK;
}

static enum em_error allocate_range(struct himem_model *model, const struct himem_op *op)
{
    for (unsigned first = 0; op->length != 0 && first + op->length <= model->rig->layout.pages; first++) {
        bool all_free = true;
        for (unsigned i = 0; i < op->length; i++)
            all_free = all_free && model->range_of[first + i] == 0;
        for (unsigned i = 0; all_free && i < op->length; i++)
            model->range_of[first + i] = first + 1;
        if (all_free) {
            model->first_taken = first;
            return EM_OK;
        }
    }
    return EM_NO_MEM;
}

static enum em_error check_map(const struct himem_model *model, const struct himem_op *op, unsigned *first)
{
    em_himem_handle handle = model->rig->handles[op->slot];
    unsigned banks = banks_of(model, handle), pages = pages_of(model, model->rig->ranges[op->range], first);
    if (banks == 0 || pages == 0 || op->offset % RIG_BANK || op->at % RIG_BANK || op->length % RIG_BANK)
        return EM_INVALID_ARG;
    size_t count = op->length / RIG_BANK, from = op->offset / RIG_BANK, to = op->at / RIG_BANK;
    if (from > banks || count > banks - from || to > pages || count > pages - to)
        return EM_INVALID_SIZE;
    for (size_t i = 0; i < count; i++) {
        if (model->page_of[bank_at(model, handle, from + i)] || model->bank_of[*first + to + i])
            return EM_INVALID_STATE;
    }
    return EM_OK;
}

/* How many calls of the mmu it takes. */
static unsigned runs_of(const struct himem_model *model, em_himem_handle handle, size_t from, size_t count)
{
    unsigned runs = 0;
    for (size_t i = 0; i < count; i++)
        runs += i == 0 || bank_at(model, handle, from + i) != bank_at(model, handle, from + i - 1) + 1;
    return runs;
}

static enum em_error map(struct himem_model *model, const struct himem_op *op)
{
    unsigned first = 0;
    em_himem_handle handle = model->rig->handles[op->slot];
    enum em_error error = check_map(model, op, &first);
    if (error != EM_OK)
        return error;
    size_t count = op->length / RIG_BANK, from = op->offset / RIG_BANK, to = op->at / RIG_BANK;
    if (op->refuse != 0 && op->refuse <= runs_of(model, handle, from, count))
        return EM_NO_MEM;
    for (size_t i = 0; i < count; i++) {
        unsigned bank = bank_at(model, handle, from + i);
        model->page_of[bank] = first + (unsigned)(to + i) + 1;
        model->bank_of[first + to + i] = bank + 1;
    }
    return EM_OK;
}

static enum em_error unmap(struct himem_model *model, const struct himem_op *op)
{
    unsigned first = 0, pages = pages_of(model, model->rig->ranges[op->range], &first);
    size_t count = op->length / RIG_BANK, to = op->at / RIG_BANK;
    if (pages == 0 || op->at % RIG_BANK || op->length % RIG_BANK || to > pages || count > pages - to)
        return EM_INVALID_ARG;
    for (size_t i = 0; i < count; i++) {
        if (model->bank_of[first + to + i] == 0)
            return EM_INVALID_ARG;
    }
    for (size_t i = 0; i < count; i++) {
        model->page_of[model->bank_of[first + to + i] - 1] = 0;
        model->bank_of[first + to + i] = 0;
    }
    return EM_OK;
}

static enum em_error free_memory(struct himem_model *model, em_himem_handle handle)
{
    bool may = banks_of(model, handle) != 0;
    for (unsigned bank = 0; bank < RIG_BANKS; bank++)
        may = may && !(model->owner[bank] == handle && model->page_of[bank]);
    for (unsigned bank = 0; may && bank < RIG_BANKS; bank++)
        model->owner[bank] = model->owner[bank] == handle ? 0 : model->owner[bank];
    return may ? EM_OK : EM_INVALID_ARG;
}

static enum em_error free_range(struct himem_model *model, em_himem_range range)
{
    unsigned first = 0, pages = pages_of(model, range, &first);
    bool may = pages != 0;
    for (unsigned i = first; i < first + pages; i++)
        may = may && model->bank_of[i] == 0;
    for (unsigned i = first; may && i < first + pages; i++)
        model->range_of[i] = 0;
    return may ? EM_OK : EM_INVALID_ARG;
}

enum em_error himem_model_do(struct himem_model *model, const struct himem_op *op)
{
    switch (op->kind) {
    case 'a':
        return allocate(model, op);
    case 'r':
        return allocate_range(model, op);
    case 'm':
        return map(model, op);
    case 'u':
        return unmap(model, op);
    case 'f':
        return free_memory(model, model->rig->handles[op->slot]);
    case 'd':
        return free_range(model, model->rig->ranges[op->range]);
    default:
        abort();
    }
}

/* ---- the real one ---------------------------------------------------------------------------- */

enum em_error himem_rig_do(struct himem_rig *rig, const struct himem_op *op, void **pointer)
{
    enum em_error error;
    switch (op->kind) {
    case 'a':
        return rig_allocate(rig, op->slot, op->length);
    case 'r':
        return rig_allocate_range(rig, op->range, (unsigned)op->length);
    case 'm':
        rig->mmu.refuse = op->refuse;
        error = rig_map(rig, op->slot, op->range, op->offset, op->at, op->length, pointer);
        rig->mmu.refuse = 0;
        return error;
    case 'u':
        return rig_unmap(rig, op->range, rig_address(rig, op->range) + op->at, op->length);
    case 'f':
        error = em_himem_free(&rig->himem, rig->handles[op->slot]);
        rig->handles[op->slot] = error == EM_OK ? 0 : rig->handles[op->slot];
        return error;
    case 'd':
        error = em_himem_free_range(&rig->himem, rig->ranges[op->range]);
        rig->ranges[op->range] = error == EM_OK ? 0 : rig->ranges[op->range];
        return error;
    default:
        abort();
    }
}

const char *himem_model_differs(const struct himem_model *model, struct himem_rig *rig)
{
    for (unsigned page = 0; page < rig->layout.pages; page++) {
        if (rig->mmu.shows[page] != model->bank_of[page])
            return "a page shows another bank";
        if (rig->pages[page].range != model->range_of[page])
            return "a page belongs to another range";
    }
    for (unsigned bank = 0; bank < rig->layout.banks; bank++) {
        if (rig->banks[bank].owner != model->owner[bank])
            return "a bank belongs to another memory";
    }
    for (unsigned slot = 0; slot < RIG_SLOTS; slot++) {
        for (unsigned i = 0;
             i < banks_of(model, rig->handles[slot]) && rig->memories[rig->handles[slot] - 1].list == rig->lists[slot]; i++) {
            if (rig->lists[slot][i] != bank_at(model, rig->handles[slot], i))
                return "a list names other banks";
        }
    }
    return rig_agrees(rig) ? NULL : "himem and its mmu disagree";
}

/* ---- writing --------------------------------------------------------------------------------- */

static const char *result_text(enum em_error error)
{
    static const char *const texts[] = {[EM_OK] = "ESP_OK",
                                        [EM_NO_MEM] = "ESP_ERR_NO_MEM",
                                        [EM_INVALID_ARG] = "ESP_ERR_INVALID_ARG",
                                        [EM_INVALID_STATE] = "ESP_ERR_INVALID_STATE",
                                        [EM_INVALID_SIZE] = "ESP_ERR_INVALID_SIZE"};
    return texts[error] ? texts[error] : "?";
}

static void write_map(FILE *file, const struct himem_model *model, const struct himem_op *op)
{
    unsigned first = 0;
    pages_of(model, model->rig->ranges[op->range], &first);
    unsigned page = model->rig->layout.first_page + first + (unsigned)(op->at / RIG_BANK);
    fprintf(file, " 0x%zx", (size_t)RIG_WINDOW + (size_t)page * RIG_BANK);
    for (unsigned i = 0; i < op->length / RIG_BANK; i++)
        fprintf(file, " %u:%u", page + i,
                model->rig->layout.first_bank + model->bank_of[page + i - model->rig->layout.first_page] - 1);
}

void himem_op_write(FILE *file, const struct himem_model *model, const struct himem_op *op, enum em_error result)
{
    const char *text = result_text(result);
    switch (op->kind) {
    case 'a':
        fprintf(file, "alloc %u %zu = %s", op->slot, op->length, text);
        for (unsigned bank = 0; result == EM_OK && bank < RIG_BANKS; bank++) {
            if (model->owner[bank] == model->rig->handles[op->slot])
                fprintf(file, " %u", model->rig->layout.first_bank + bank);
        }
        break;
    case 'r':
        fprintf(file, "range %u %zu = %s", op->range, op->length * RIG_BANK, text);
        if (result == EM_OK)
            fprintf(file, " %u", model->rig->layout.first_page + model->first_taken);
        break;
    case 'm':
        if (op->refuse)
            fprintf(file, "# the machine refuses run %u\n", op->refuse);
        fprintf(file, "map %u %u %zu %zu %zu 0 = %s", op->slot, op->range, op->offset, op->at, op->length, text);
        if (result == EM_OK)
            write_map(file, model, op);
        break;
    case 'u':
        fprintf(file, "unmap %u 0x%zx %zu = %s", op->range, (size_t)(rig_address(model->rig, op->range) + op->at), op->length,
                text);
        break;
    case 'f':
        fprintf(file, "free %u = %s", op->slot, text);
        break;
    default:
        fprintf(file, "rfree %u = %s", op->range, text);
    }
    fprintf(file, "\n");
}

void himem_model_write_end(FILE *file, const struct himem_model *model, unsigned operations)
{
    unsigned free_banks = 0;
    for (unsigned bank = 0; bank < model->rig->layout.banks; bank++)
        free_banks += model->owner[bank] == 0;
    fprintf(file, "freesz = %u\nend %u\n", free_banks * (unsigned)RIG_BANK, operations + 1);
}
