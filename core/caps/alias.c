/* Memory that the data bus and the instruction bus see at different addresses.
 *
 * Must not know heaps. The only code that converts between the two views.
 *
 * A block that is handed out by its instruction address carries its data address in its lowest
 * instruction word. Where the instruction bus counts words backwards, that is the last data word:
 *
 *   data          d [ w0 ][ w1 ][ w2 ][ d ] d + bytes
 *   instructions    [ d ][ w2 ][ w1 ][ w0 ]
 *                        ^ the address handed out
 *
 * One idea: one function for each direction, driven by the chip's table. */
#include "core/caps/pool.h"

static size_t length(const struct em_alias *alias)
{
    return alias->data_end - alias->data_start;
}

const struct em_alias *em_alias_of_data(const struct em_chip *chip, uintptr_t start, uintptr_t end)
{
    for (unsigned i = 0; i < chip->alias_count; i++) {
        const struct em_alias *alias = &chip->aliases[i];
        if (start >= alias->data_start && end <= alias->data_end) {
            return alias;
        }
    }
    return NULL;
}

const struct em_alias *em_alias_of_code(const struct em_chip *chip, uintptr_t address)
{
    for (unsigned i = 0; i < chip->alias_count; i++) {
        const struct em_alias *alias = &chip->aliases[i];
        if (address - alias->code_start < length(alias)) {
            return alias;
        }
    }
    return NULL;
}

uintptr_t em_alias_data_address(const struct em_alias *alias, uintptr_t code)
{
    uintptr_t offset = code - alias->code_start;
    return alias->reversed ? alias->data_end - offset - EM_ALIAS_WORD : alias->data_start + offset;
}

void *em_alias_hand_out(const struct em_alias *alias, void *block, size_t bytes)
{
    uintptr_t data = (uintptr_t)block;
    uintptr_t offset = alias->reversed ? alias->data_end - (data + bytes) : data - alias->data_start;
    uint32_t *code = (uint32_t *)(alias->code_start + offset);
    *code = (uint32_t)data;
    return code + 1;
}

bool em_alias_take_back(const struct em_alias *alias, const void *address, void **block, size_t *bytes)
{
    uintptr_t code = (uintptr_t)address - EM_ALIAS_WORD;
    if (!em_is_multiple(code, EM_ALIAS_WORD) || code - alias->code_start >= length(alias)) {
        return false;
    }
    uintptr_t data = *(const uint32_t *)code;
    uintptr_t word = em_alias_data_address(alias, code); /* where the data bus sees that word */
    if (data < alias->data_start || data >= alias->data_end || !em_is_multiple(data, EM_ALIAS_WORD)) {
        return false;
    }
    if (alias->reversed ? data > word : data != word) {
        return false; /* the word does not lie in the block that it names */
    }
    *block = (void *)data;
    *bytes = alias->reversed ? word + EM_ALIAS_WORD - data : 0;
    return true;
}
