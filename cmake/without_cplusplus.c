/* Stands in for sim/new.cpp in a library that was built without a C++ compiler: the program's objects
 * refer to this name, and C++'s new and delete stay libstdc++'s own. */
extern const char espmem_replaces_new[];
const char espmem_replaces_new[] = "none";
