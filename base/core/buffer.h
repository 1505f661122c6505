/* A growing byte buffer with a named maximum and a sticky failure: write many, check once. */
#ifndef CORE_BUFFER_H
#define CORE_BUFFER_H

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "journey/error.h"

struct jn_buf {
    char *p;
    size_t n;
    size_t cap;
    size_t max;
    bool failed; /* a write went over max; later writes do nothing */
};

void jn_buf_init(struct jn_buf *buf, size_t max);
void jn_buf_release(struct jn_buf *buf);
void jn_buf_reset(struct jn_buf *buf); /* empty and not failed; memory kept */

bool jn_buf_grow(struct jn_buf *buf, size_t n);

/* Room for n more bytes, or a sticky failure. Here, as what follows, because a small write is a call otherwise. */
static inline bool jn_buf_room(struct jn_buf *buf, size_t n) {
    return (!buf->failed && n <= buf->cap - buf->n) || jn_buf_grow(buf, n);
}

static inline void jn_buf_add(struct jn_buf *buf, const void *p, size_t n) {
    if (n == 0 || !jn_buf_room(buf, n)) return;
    memcpy(buf->p + buf->n, p, n);
    buf->n += n;
}

static inline void jn_buf_str(struct jn_buf *buf, struct jn_str s) {
    jn_buf_add(buf, s.p, s.n);
}

static inline void jn_buf_z(struct jn_buf *buf, const char *z) {
    jn_buf_add(buf, z, strlen(z));
}

static inline void jn_buf_char(struct jn_buf *buf, char c) {
    if (jn_buf_room(buf, 1)) buf->p[buf->n++] = c;
}

void jn_buf_digits(struct jn_buf *buf, uint64_t v, unsigned width); /* decimal, with zeros before it up to the width */
void jn_buf_printf(struct jn_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void jn_buf_vprintf(struct jn_buf *buf, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
void jn_buf_u8(struct jn_buf *buf, uint8_t v);
void jn_buf_le16(struct jn_buf *buf, uint16_t v);
void jn_buf_le32(struct jn_buf *buf, uint32_t v);
void jn_buf_le64(struct jn_buf *buf, uint64_t v);
void jn_buf_varint(struct jn_buf *buf, uint64_t v);    /* LEB128 */
void jn_buf_svarint(struct jn_buf *buf, int64_t v);    /* zigzag LEB128 */
void jn_buf_lstr(struct jn_buf *buf, struct jn_str s); /* varint length, then the bytes */
struct jn_str jn_buf_view(const struct jn_buf *buf);

/* The reading side: every read is checked; a read past the end sets failed and gives zero or empty. */
struct jn_reader {
    const uint8_t *p;
    size_t n;
    size_t at;
    bool failed;
};

void jn_reader_init(struct jn_reader *reader, struct jn_str bytes);
uint8_t jn_read_u8(struct jn_reader *reader);
uint16_t jn_read_le16(struct jn_reader *reader);
uint32_t jn_read_le32(struct jn_reader *reader);
uint64_t jn_read_le64(struct jn_reader *reader);
uint64_t jn_read_varint(struct jn_reader *reader);
int64_t jn_read_svarint(struct jn_reader *reader);
struct jn_str jn_read_lstr(struct jn_reader *reader); /* points into the input */
struct jn_str jn_read_bytes(struct jn_reader *reader, size_t n);

#endif
