/* Runs a fuzz target where there is no libFuzzer: over files, and over random changes of them.
 *
 *     DRIVER ROUNDS FILE…
 *
 * gives the target each file, then ROUNDS changed copies of each. The changes depend on the file and
 * the round only, so a failure comes again; the round is printed before it could be lost (on abort).
 * Knows nothing of what is fuzzed. */
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MOST = 1 << 20, CHANGES_MOST = 8 };

static uint64_t random_state;
static char place[200]; /* what is running, for the signal handler */

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % limit);
}

static void on_abort(int number)
{
    (void)number;
    ssize_t written = write(STDERR_FILENO, place, strlen(place));
    (void)written;
    _exit(1);
}

/* Characters that mean something to a text format, more often than others. */
static uint8_t random_byte(void)
{
    static const char telling[] = " \n=|!#-,x09:[]";
    return random_below(3) ? (uint8_t)telling[random_below(sizeof telling - 1)] : (uint8_t)random_below(256);
}

static size_t change(uint8_t *bytes, size_t size)
{
    uint32_t at = random_below((uint32_t)size + 1);
    uint32_t length = random_below(random_below(16) ? 8 : 4096) + 1;
    if (length > size - at)
        length = (uint32_t)(size - at);
    switch (random_below(4)) {
    case 0: /* cut off */
        return at;
    case 1: /* take out */
        memmove(bytes + at, bytes + at + length, size - at - length);
        return size - length;
    case 2: /* say twice */
        if (size + length > INPUT_MOST)
            return size;
        memmove(bytes + at + length, bytes + at, size - at);
        return size + length;
    default: /* overwrite */
        for (uint32_t i = 0; i < length; i++)
            bytes[at + i] = random_byte();
        return size;
    }
}

static void run_exactly(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1); /* so that a sanitizer sees a read beyond the end */
    if (!copy)
        return;
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int run_file(const char *path, unsigned rounds)
{
    static uint8_t original[INPUT_MOST], changed[INPUT_MOST];
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return 1;
    }
    size_t size = fread(original, 1, sizeof original, file);
    fclose(file);
    snprintf(place, sizeof place, "failed on %.160s\n", path);
    run_exactly(original, size);
    for (unsigned round = 1; round <= rounds; round++) {
        snprintf(place, sizeof place, "failed on %.160s, round %u\n", path, round);
        random_state = round;
        memcpy(changed, original, size);
        size_t changed_size = size;
        for (uint32_t i = random_below(CHANGES_MOST) + 1; i > 0; i--)
            changed_size = change(changed, changed_size);
        run_exactly(changed, changed_size);
    }
    return 0;
}

int main(int count, char **arguments)
{
    if (count < 3) {
        fprintf(stderr, "usage: %s ROUNDS FILE...\n", arguments[0]);
        return 2;
    }
    signal(SIGABRT, on_abort);
    unsigned rounds = (unsigned)strtoul(arguments[1], NULL, 10);
    int failed = 0;
    for (int i = 2; i < count; i++)
        failed |= run_file(arguments[i], rounds);
    printf("inputs %d rounds %u each\n", count - 2, rounds);
    return failed;
}
