#include "core/buffer.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"

enum {
    BUFFER_FIRST = 256, /* bytes: most rows fit, and are not moved while they grow */
    BUFFER_DIGITS = 20  /* of 2^64 - 1 */
};

void jn_buf_init(struct jn_buf *buf, size_t max) {
    *buf = (struct jn_buf){.max = max};
}

void jn_buf_release(struct jn_buf *buf) {
    free(buf->p);
    *buf = (struct jn_buf){.max = buf->max};
}

void jn_buf_reset(struct jn_buf *buf) {
    buf->n = 0;
    buf->failed = false;
}

/* For want of room. The capacity never exceeds the maximum, so that whoever finds room need not look at both. */
bool jn_buf_grow(struct jn_buf *buf, size_t n) {
    if (buf->failed) return false;
    if (n > buf->max - buf->n) {
        buf->failed = true;
        return false;
    }
    size_t cap = buf->cap < BUFFER_FIRST ? BUFFER_FIRST : buf->cap;
    while (cap < buf->n + n)
        cap = cap > buf->max / 2 ? buf->max : cap * 2;
    buf->cap = cap < buf->max ? cap : buf->max;
    buf->p = jn_realloc(buf->p, buf->cap);
    return true;
}

void jn_buf_digits(struct jn_buf *buf, uint64_t v, unsigned width) {
    char text[BUFFER_DIGITS];
    size_t at = sizeof(text);
    do
        text[--at] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    while (sizeof(text) - at < width && at > 0)
        text[--at] = '0';
    jn_buf_add(buf, text + at, sizeof(text) - at);
}

void jn_buf_vprintf(struct jn_buf *buf, const char *format, va_list ap) {
    va_list again;
    va_copy(again, ap);
    size_t spare = buf->cap - buf->n;
    int n = vsnprintf(spare == 0 ? NULL : buf->p + buf->n, spare, format, ap);
    JN_CHECK(n >= 0);
    if ((size_t)n < spare) { /* as a rule it fits, and is written once */
        if (!buf->failed) buf->n += (size_t)n;
        va_end(again);
        return;
    }
    char *text = jn_alloc((size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    jn_buf_add(buf, text, (size_t)n);
    free(text);
}

void jn_buf_printf(struct jn_buf *buf, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    jn_buf_vprintf(buf, format, ap);
    va_end(ap);
}

void jn_buf_u8(struct jn_buf *buf, uint8_t v) {
    jn_buf_char(buf, (char)v);
}

static void jn_buf_le(struct jn_buf *buf, uint64_t v, size_t n) {
    uint8_t bytes[8];
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(v >> (8 * i));
    jn_buf_add(buf, bytes, n);
}

void jn_buf_le16(struct jn_buf *buf, uint16_t v) {
    jn_buf_le(buf, v, 2);
}

void jn_buf_le32(struct jn_buf *buf, uint32_t v) {
    jn_buf_le(buf, v, 4);
}

void jn_buf_le64(struct jn_buf *buf, uint64_t v) {
    jn_buf_le(buf, v, 8);
}

void jn_buf_varint(struct jn_buf *buf, uint64_t v) {
    if (v < 0x80) { /* most are */
        jn_buf_char(buf, (char)v);
        return;
    }
    uint8_t bytes[10];
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        bytes[n++] = (uint8_t)(v | 0x80);
    bytes[n++] = (uint8_t)v;
    jn_buf_add(buf, bytes, n);
}

void jn_buf_svarint(struct jn_buf *buf, int64_t v) {
    jn_buf_varint(buf, ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0));
}

void jn_buf_lstr(struct jn_buf *buf, struct jn_str s) {
    jn_buf_varint(buf, s.n);
    jn_buf_str(buf, s);
}

struct jn_str jn_buf_view(const struct jn_buf *buf) {
    return (struct jn_str){buf->p, buf->n};
}

void jn_reader_init(struct jn_reader *reader, struct jn_str bytes) {
    *reader = (struct jn_reader){.p = (const uint8_t *)bytes.p, .n = bytes.n};
}

struct jn_str jn_read_bytes(struct jn_reader *reader, size_t n) {
    if (reader->failed || n > reader->n - reader->at) {
        reader->failed = true;
        return JN_STR_NONE;
    }
    struct jn_str bytes = {(const char *)reader->p + reader->at, n};
    reader->at += n;
    return bytes;
}

static uint64_t jn_read_le(struct jn_reader *reader, size_t n) {
    struct jn_str bytes = jn_read_bytes(reader, n);
    uint64_t v = 0;
    for (size_t i = 0; i < bytes.n; i++)
        v |= (uint64_t)(uint8_t)bytes.p[i] << (8 * i);
    return v;
}

uint8_t jn_read_u8(struct jn_reader *reader) {
    if (reader->failed || reader->at == reader->n) {
        reader->failed = true;
        return 0;
    }
    return reader->p[reader->at++];
}

uint16_t jn_read_le16(struct jn_reader *reader) {
    return (uint16_t)jn_read_le(reader, 2);
}

uint32_t jn_read_le32(struct jn_reader *reader) {
    return (uint32_t)jn_read_le(reader, 4);
}

uint64_t jn_read_le64(struct jn_reader *reader) {
    return jn_read_le(reader, 8);
}

uint64_t jn_read_varint(struct jn_reader *reader) {
    uint64_t v = 0;
    bool small = !reader->failed && reader->at < reader->n && reader->p[reader->at] < 0x80; /* most are */
    if (small) return reader->p[reader->at++];
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = jn_read_u8(reader);
        if (shift == 63 && byte > 1) break;
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return reader->failed ? 0 : v;
    }
    reader->failed = true;
    return 0;
}

int64_t jn_read_svarint(struct jn_reader *reader) {
    uint64_t v = jn_read_varint(reader);
    return (int64_t)((v >> 1) ^ (0 - (v & 1)));
}

struct jn_str jn_read_lstr(struct jn_reader *reader) {
    uint64_t n = jn_read_varint(reader);
    if (n > reader->n) {
        reader->failed = true;
        return JN_STR_NONE;
    }
    return jn_read_bytes(reader, (size_t)n);
}
