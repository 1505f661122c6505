/* The system calls that a serving process may make; any other ends it. */
#ifndef RUNTIME_APP_SANDBOX_H
#define RUNTIME_APP_SANDBOX_H

#include "journey/error.h"

/* For all threads, for good. From here on a call that is not in syscalls.def is not carried out: a line in the log
 * names it, and the process exits with status 70. JN_UNAVAILABLE where the kernel has no such filters. */
jn_rc jr_sandbox_enter(struct jn_err *err);

#endif
