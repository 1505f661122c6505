#include "core/hash.h"
#include "core/utf8.h"
#include "image/file.h"
#include "image/image.h"
#include "image/layout.h"

/* The sections of a file, by the directory; checked against damage. */
struct image_sections {
    struct jn_str content[2 + IMAGE_TABLES];
    bool seen[2 + IMAGE_TABLES];
};

static jn_rc image_check_header(struct jn_str bytes, uint32_t *n_section, uint8_t id[32], struct jn_err *err) {
    struct jn_reader in;
    jn_reader_init(&in, bytes);
    if (bytes.n < 8 || memcmp(bytes.p, IMAGE_MAGIC, 8) != 0)
        return jn_fail(err, JN_INVALID, "this is no journey image");
    if (bytes.n < IMAGE_HEADER) return jn_fail(err, JN_CORRUPT, "the image is cut off in its header");
    if (bytes.n > JN_IMAGE_MAX)
        return jn_fail(err, JN_TOO_LARGE, "the image is larger than %u MiB", JN_IMAGE_MAX >> 20);
    jn_read_bytes(&in, 8);
    unsigned major = jn_read_le16(&in), minor = jn_read_le16(&in), flags = jn_read_le32(&in);
    if (major != JN_IMAGE_MAJOR || minor > JN_IMAGE_MINOR)
        return jn_fail(err, JN_VERSION, "the image has format %u.%u; this journey reads %d.0 to %d.%d", major, minor,
                       JN_IMAGE_MAJOR, JN_IMAGE_MAJOR, JN_IMAGE_MINOR);
    if (flags != 0) return jn_fail(err, JN_INVALID, "the image has unknown flags");
    uint64_t length = jn_read_le64(&in);
    if (length != bytes.n)
        return jn_fail(err, JN_CORRUPT, "the image says it has %llu bytes but has %zu", (unsigned long long)length,
                       bytes.n);
    *n_section = jn_read_le32(&in);
    if (*n_section > IMAGE_MAX_SECTIONS || IMAGE_HEADER + (size_t)*n_section * IMAGE_ENTRY > bytes.n)
        return jn_fail(err, JN_CORRUPT, "the image's directory does not fit the file");
    struct jn_str said = jn_read_bytes(&in, 32);
    if (jn_read_le64(&in) != 0 || jn_read_le64(&in) != 0)
        return jn_fail(err, JN_INVALID, "reserved bytes of the header are not zero");
    uint32_t crc = jn_crc32c(0, jn_str_sub(bytes, 0, IMAGE_HEADER - 4));
    crc = jn_crc32c(crc, jn_str_sub(bytes, IMAGE_HEADER, (size_t)*n_section * IMAGE_ENTRY));
    if (crc != jn_read_le32(&in)) return jn_fail(err, JN_CORRUPT, "the image's header is damaged");
    struct jn_sha256 hash;
    jn_sha256(jn_str_sub(bytes, IMAGE_HEADER, bytes.n), &hash);
    if (memcmp(hash.b, said.p, 32) != 0) return jn_fail(err, JN_CORRUPT, "the image's content does not match its id");
    memcpy(id, hash.b, 32);
    return JN_OK;
}

jn_rc jn_image_identify(struct jn_str bytes, uint8_t id[32], struct jn_err *err) {
    uint32_t n_section;
    return image_check_header(bytes, &n_section, id, err);
}

/* Index of a known section, or -1. */
static int image_known(const char *tag) {
    if (memcmp(tag, IMAGE_TAG_STRINGS, 4) == 0) return 0;
    if (memcmp(tag, IMAGE_TAG_CODE, 4) == 0) return 1;
    for (int i = 0; i < IMAGE_TABLES; i++)
        if (memcmp(tag, image_record[i].tag, 4) == 0) return i + 2;
    return -1;
}

static bool image_all_zero(struct jn_str bytes) {
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.p[i] != 0) return false;
    return true;
}

static jn_rc image_read_directory(struct jn_str bytes, uint32_t n_section, struct image_sections *out,
                                  struct jn_err *err) {
    struct jn_reader in;
    jn_reader_init(&in, jn_str_sub(bytes, IMAGE_HEADER, (size_t)n_section * IMAGE_ENTRY));
    uint64_t expected =
        IMAGE_HEADER + (uint64_t)n_section * IMAGE_ENTRY; /* sections follow one another, no gaps to hide in */
    for (uint32_t i = 0; i < n_section; i++) {
        struct jn_str tag = jn_read_bytes(&in, 4);
        uint32_t flags = jn_read_le32(&in);
        uint64_t offset = jn_read_le64(&in), length = jn_read_le64(&in);
        uint32_t crc = jn_read_le32(&in), reserved = jn_read_le32(&in);
        if (flags > IMAGE_CRITICAL || reserved != 0) return jn_fail(err, JN_INVALID, "section %u has unknown flags", i);
        if (offset != expected || length > bytes.n - offset)
            return jn_fail(err, JN_CORRUPT, "section %u lies outside the file or over another", i);
        struct jn_str content = jn_str_sub(bytes, (size_t)offset, (size_t)length);
        if (jn_crc32c(0, content) != crc) return jn_fail(err, JN_CORRUPT, "section %u is damaged", i);
        size_t pad = (IMAGE_ALIGN - length % IMAGE_ALIGN) % IMAGE_ALIGN;
        if (pad > bytes.n - offset - length || !image_all_zero(jn_str_sub(bytes, (size_t)(offset + length), pad)))
            return jn_fail(err, JN_INVALID, "bytes behind section %u are not zero", i);
        expected = offset + length + pad;
        int known = image_known(tag.p);
        if (known < 0 && flags == IMAGE_CRITICAL)
            return jn_fail(err, JN_VERSION, "section %u is needed and unknown to this journey", i);
        if (known < 0) continue;
        if (out->seen[known]) return jn_fail(err, JN_INVALID, "section %u is there twice", i);
        out->seen[known] = true;
        out->content[known] = content;
    }
    if (expected != bytes.n) return jn_fail(err, JN_INVALID, "the image has bytes behind its last section");
    for (int i = 0; i < 2 + IMAGE_TABLES; i++)
        if (!out->seen[i]) return jn_fail(err, JN_INVALID, "the image lacks a section");
    return JN_OK;
}

static jn_rc image_read_strings(struct jn_str bytes, struct jn_arena *arena, struct jn_program *program,
                                struct jn_err *err) {
    struct jn_reader in;
    jn_reader_init(&in, bytes);
    uint32_t n = jn_read_le32(&in);
    if (in.failed || n == 0 || n > (bytes.n - 4) / 4)
        return jn_fail(err, JN_INVALID, "the table of texts does not fit its section");
    size_t start = 4 + ((size_t)n + 1) * 4;
    if (start > bytes.n) return jn_fail(err, JN_INVALID, "the table of texts does not fit its section");
    struct jn_str all = jn_arena_str(arena, jn_str_sub(bytes, start, bytes.n));
    struct jn_str *string = JN_NEW_ARRAY(arena, struct jn_str, n);
    uint32_t offset = jn_read_le32(&in);
    if (offset != 0) return jn_fail(err, JN_INVALID, "text 0 does not begin at the beginning");
    for (uint32_t i = 0; i < n; i++) {
        uint32_t end = jn_read_le32(&in);
        if (end < offset || end > all.n) return jn_fail(err, JN_INVALID, "text %u lies outside the texts", i);
        string[i] = jn_str_sub(all, offset, end - offset);
        if (jn_utf8_check(string[i]) != string[i].n) return jn_fail(err, JN_INVALID, "text %u is not valid UTF-8", i);
        offset = end;
    }
    if (offset != all.n || string[0].n != 0)
        return jn_fail(err, JN_INVALID, "the texts have bytes that belong to none");
    program->string = string;
    program->n_string = n;
    return JN_OK;
}

static jn_rc image_read_table(struct jn_str bytes, enum image_table table, struct jn_arena *arena,
                              struct jn_program *program, struct jn_err *err) {
    size_t width = image_record[table].n_field * sizeof(uint32_t);
    if (bytes.n % width != 0) return jn_fail(err, JN_INVALID, "the table of %ss is cut off", image_record[table].name);
    uint32_t n = (uint32_t)(bytes.n / width);
    uint32_t *rows = JN_NEW_ARRAY(arena, uint32_t, bytes.n / sizeof(uint32_t));
    for (size_t i = 0; i < bytes.n / sizeof(uint32_t); i++)
        rows[i] = jn_code_operand((const uint8_t *)bytes.p + i * sizeof(uint32_t));
    memcpy((char *)program + image_record[table].rows, &rows, sizeof(rows));
    memcpy((char *)program + image_record[table].count, &n, sizeof(n));
    return JN_OK;
}

/* Values of the constants; whoever refers to a text or list that is not there gets an empty one, and is refused later.
 */
static void image_resolve_values(struct jn_arena *arena, struct jn_program *program) {
    struct jn_value *value = JN_NEW_ARRAY(arena, struct jn_value, program->n_constant);
    for (uint32_t i = 0; i < program->n_constant; i++) {
        const struct jn_constant *c = &program->constant[i];
        value[i] =
            (struct jn_value){.type = (uint8_t)c->type, .scale = (uint8_t)c->scale, .currency = (uint16_t)c->currency};
        if (c->type == JN_T_TEXT)
            value[i] = jn_value_text(c->low < program->n_string ? program->string[c->low] : JN_STR_NONE);
        else if (c->type == JN_T_LIST)
            value[i].len = 0;
        else
            value[i].i = (int64_t)((uint64_t)c->high << 32 | c->low);
    }
    for (uint32_t i = 0; i < program->n_constant; i++) {
        const struct jn_constant *c = &program->constant[i];
        if (c->type != JN_T_LIST || c->low > i || c->high > i - c->low) continue; /* elements come before their list */
        value[i].len = c->high;
        value[i].list = value + c->low;
    }
    program->value = value;
}

jn_rc jn_image_load(struct jn_str bytes, struct jn_arena *arena, struct jn_program **out, struct jn_err *err) {
    uint32_t n_section = 0;
    struct image_sections sections = {0};
    uint8_t id[32];
    jn_rc rc = image_check_header(bytes, &n_section, id, err);
    if (rc == JN_OK) rc = image_read_directory(bytes, n_section, &sections, err);
    if (rc != JN_OK) return rc;
    struct jn_program *program = JN_NEW(arena, struct jn_program);
    rc = image_read_strings(sections.content[0], arena, program, err);
    program->code = (const uint8_t *)jn_arena_str(arena, sections.content[1]).p;
    program->n_code = (uint32_t)sections.content[1].n;
    for (int i = 0; rc == JN_OK && i < IMAGE_TABLES; i++)
        rc = image_read_table(sections.content[2 + i], (enum image_table)i, arena, program, err);
    if (rc != JN_OK) return rc;
    image_resolve_values(arena, program);
    memcpy(program->id, id, sizeof(program->id));
    rc = jn_image_verify(program, err);
    if (rc == JN_OK) *out = program;
    return rc;
}
