/* What the start of a program leaves for later. */
#ifndef SIM_START_H
#define SIM_START_H

/* Keeps what espmem_argc and espmem_argv return. */
void sim_keep_arguments(int argc, char **argv);

#endif
