/* The espmem command: finds the subcommand and hands over.
 *
 * Knows nothing of what a subcommand does. One idea: a table of subcommands, in the manner of git. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tool/command.h"

static const struct command *const commands[] = {&boards_command, &golden_command};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const struct command *find_command(const char *name)
{
    for (unsigned i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

static void print_overview(FILE *stream)
{
    fputs("usage: espmem SUBCOMMAND [ARGUMENT…]\n"
          "       espmem help [SUBCOMMAND] | --help | --version\n\n"
          "The ESP32's memory system on a PC.\n\n",
          stream);
    for (unsigned i = 0; i < COMMANDS; i++)
        fprintf(stream, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\nExit status: 0 good, 1 a negative result, 2 bad input or usage.\n", stream);
}

static int unknown_command(const char *name)
{
    return bad_input("there is no subcommand '%s'; 'espmem help' lists them.", name);
}

static int help(int count, char **arguments)
{
    if (count == 0) {
        print_overview(stdout);
        return STATUS_GOOD;
    }
    const struct command *command = find_command(arguments[0]);
    if (!command)
        return unknown_command(arguments[0]);
    fputs(command->usage, stdout);
    return STATUS_GOOD;
}

static bool asks_for_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

/* Output that was cut off (a full disk) must not look like success. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return bad_input("the output could not be written in full.");
}

int main(int count, char **arguments)
{
    if (count < 2) {
        print_overview(stderr);
        return STATUS_BAD_INPUT;
    }
    const char *name = arguments[1];
    if (asks_for_help(name) || strcmp(name, "help") == 0)
        return finish(help(count - 2, arguments + 2));
    if (strcmp(name, "--version") == 0) {
        printf("espmem %s (%u-bit)\n", ESPMEM_VERSION, (unsigned)(8 * sizeof(void *)));
        return finish(STATUS_GOOD);
    }
    const struct command *command = find_command(name);
    if (!command)
        return unknown_command(name);
    if (count > 2 && asks_for_help(arguments[2]))
        return finish(help(1, arguments + 1));
    return finish(command->run(count - 2, arguments + 2));
}
