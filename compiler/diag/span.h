/* A place in the source: file, bytes, lines and columns in code points. */
#ifndef COMPILER_DIAG_SPAN_H
#define COMPILER_DIAG_SPAN_H

#include <stdint.h>

struct jc_span {
    uint32_t file;                 /* index into the compilation's files */
    uint32_t offset, end;          /* bytes, end exclusive */
    uint32_t line, column;         /* from 1, columns in code points */
    uint32_t end_line, end_column; /* of the first place behind it */
};

#endif
