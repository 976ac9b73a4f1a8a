/* What a program does wrong and is told by an error code as well.
 *
 * One idea: the documented code is returned in both manners, so such a thing stops nothing; in manner strict
 * the program does not end as a good one. */
#ifndef IDF_MISUSE_H
#define IDF_MISUSE_H

/* Reports one line (without its end) on stderr, and counts it. */
void idf_note_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How many there were since the process began. */
unsigned idf_misuses(void);

#endif
