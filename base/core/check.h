/* Invariants that stay on in release: a broken one stops the process before anything is acknowledged. */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include "journey/str.h"

/* Prints one line to stderr and aborts. Law numbers are those of docs/invariants.md. */
_Noreturn void jn_check_failed(const char *file, int line, const char *condition);

/* Out of memory: one line, then exit status 70. Memory is bounded at every way in, so this is not an error path. */
_Noreturn void jn_out_of_memory(size_t wanted);

/* For calls of libraries that can fail for want of memory alone. */
#define JN_CHECK_MEMORY(condition) ((condition) ? (void)0 : jn_out_of_memory(0))

#define JN_CHECK(condition) ((condition) ? (void)0 : jn_check_failed(__FILE__, __LINE__, #condition))

/* A local array that is written before it is read: else the release build, whose locals begin as zeros, fills it each
 * time. */
#define JN_UNINITIALIZED __attribute__((uninitialized))

/* malloc, calloc and realloc that never return NULL; n == 0 gives a valid pointer. Free with free(). */
void *jn_alloc(size_t n);
void *jn_alloc_zero(size_t count, size_t size);
void *jn_realloc(void *p, size_t n);

#endif
