/* System calls of this process that fail: those on files, by whichever library they are made. The program's own
 * functions stand before the C library's, so that nothing of what is tested is built differently. */
#ifndef TESTS_FAULT_SYSTEM_H
#define TESTS_FAULT_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

enum system_fault {
    SYSTEM_FAILS,       /* EIO */
    SYSTEM_IS_FULL,     /* ENOSPC, of calls that write or make something */
    SYSTEM_INTERRUPTS,  /* EINTR, of reads and writes: whoever asks has to ask again */
    SYSTEM_DOES_A_PART, /* the first half, of reads and writes of more than one byte */
    SYSTEM_STEP_FAILS,  /* SQLITE_IOERR, of sqlite3_step where the program itself calls it: nothing was done */
    SYSTEM_FAULTS
};

/* The call of that number from now on, from 1, meets the fault; those that it cannot meet are not counted. */
void system_arm(enum system_fault fault, uint32_t strike);
/* Whether one has; from now on none does. */
bool system_disarm(void);

#endif
