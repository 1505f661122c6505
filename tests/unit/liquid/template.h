/* Rows of templates with what they write, asked one after another over one set of data. */
#ifndef UNIT_LIQUID_TEMPLATE_H
#define UNIT_LIQUID_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

struct template_row {
    const char *template, *expected; /* expected: what is written, or the sentence that it is refused with */
};

/* Tells each row that does not write what it should, and fails when there is one. */
void template_ask(const struct template_row *row, size_t n, bool strict, bool escape);

#define TEMPLATE_ASK(strict, escape, ...)                                                                              \
    do {                                                                                                               \
        static const struct template_row ROW[] = {__VA_ARGS__};                                                        \
        template_ask(ROW, sizeof(ROW) / sizeof(*ROW), strict, escape);                                                 \
    } while (0)
#define WRITES(...) TEMPLATE_ASK(false, false, __VA_ARGS__)

#endif
