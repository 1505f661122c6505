/* The bytes of an image file, known to encode.c and load.c alone.
 *
 * header (80):  magic 8 · major 2 · minor 2 · flags 4 · file length 8 · sections 4 · SHA-256 of all bytes behind the
 *               header 32 · reserved 16 · CRC-32C of header (without itself) and directory 4
 * directory:    for each section: tag 4 · flags 4 (1 critical) · offset 8 · length 8 · CRC-32C 4 · reserved 4
 * sections:     8-aligned, in the directory's order, zero bytes between. Little-endian throughout. */
#ifndef IMAGE_FILE_H
#define IMAGE_FILE_H

#include "core/buffer.h"

/* A high bit, a line end and a DOS end-of-file show text-mode damage at once. */
#define IMAGE_MAGIC        "\x89JBC\r\n\x1a\n"
#define IMAGE_HEADER       80u
#define IMAGE_ENTRY        32u
#define IMAGE_ALIGN        8u
#define IMAGE_CRITICAL     1u
#define IMAGE_MAX_SECTIONS 256u
#define IMAGE_TAG_STRINGS  "STRS"
#define IMAGE_TAG_CODE     "CODE"

void image_put_header(const uint8_t id[32], uint32_t n_section, struct jn_str directory, size_t length,
                      struct jn_buf *out);

#endif
