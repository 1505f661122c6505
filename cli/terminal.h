/* What the commands print: colour when it helps, whole or not at all. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "core/buffer.h"

#include <stdio.h>

/* Colour on this stream: it is a terminal, TERM is not dumb, NO_COLOR is not set. */
bool cli_colour(FILE *stream);

/* Cells of a line on this stream: the terminal's, else 80. */
unsigned cli_width(FILE *stream);

/* A line on stderr that the next one replaces, at most ten a second, and only when it is a terminal.
 * `of` 0: how many there are is not known. `what` NULL: it is over, the line goes. */
void cli_progress(const char *what, uint64_t done, uint64_t of);

/* The text, and blanks up to so many cells. */
void cli_cell(struct jn_str text, size_t cells, struct jn_buf *out);

/* Writes all of it. A reader that went away (EPIPE) is no error; a full disk is. */
jn_rc cli_write(FILE *stream, struct jn_str text, struct jn_err *err);

/* "journey: …" on stderr; returns the exit status of err->rc. */
int cli_failed(const struct jn_err *err);

/* A whole file, at most `max` bytes. "-" is stdin. The buffer is the caller's. */
jn_rc cli_read_file(const char *path, size_t max, struct jn_buf *out, struct jn_err *err);
/* Replaces a file atomically: a new file beside it, synced, renamed over it. */
jn_rc cli_replace_file(const char *path, struct jn_str bytes, struct jn_err *err);

#endif
