/* A fault on purpose: what the core must never do. Linked beside the core to see that the check finds it. */
int puts(const char *text);
int em_planted_libc_call(void);

int em_planted_libc_call(void)
{
    return puts("the core may not print");
}
