#include "core/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void jn_check_failed(const char *file, int line, const char *condition) {
    fprintf(stderr, "journey: internal fault at %s:%d: %s\n", file, line, condition);
    abort();
}

_Noreturn void jn_out_of_memory(size_t wanted) {
    if (wanted == 0)
        fprintf(stderr, "journey: out of memory\n");
    else
        fprintf(stderr, "journey: out of memory: %zu bytes were wanted\n", wanted);
    _Exit(70);
}

void *jn_alloc(size_t n) {
    void *p = malloc(n == 0 ? 1 : n);
    if (p == NULL) jn_out_of_memory(n);
    return p;
}

void *jn_alloc_zero(size_t count, size_t size) {
    void *p = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
    if (p == NULL) jn_out_of_memory(count);
    return p;
}

void *jn_realloc(void *p, size_t n) {
    void *q = realloc(p, n == 0 ? 1 : n);
    if (q == NULL) jn_out_of_memory(n);
    return q;
}
