/* The file: header, directory, sections. Layout in docs/architecture.md; reading it back is load.c. */
#include "image/file.h"

#include "core/hash.h"
#include "image/image.h"
#include "image/layout.h"

static void image_pad(struct jn_buf *out) {
    static const char ZERO[IMAGE_ALIGN] = {0};
    jn_buf_add(out, ZERO, (IMAGE_ALIGN - out->n % IMAGE_ALIGN) % IMAGE_ALIGN);
}

static void image_put_strings(const struct jn_program *program, struct jn_buf *out) {
    uint32_t offset = 0;
    jn_buf_le32(out, program->n_string);
    for (uint32_t i = 0; i < program->n_string; i++) {
        jn_buf_le32(out, offset);
        offset += (uint32_t)program->string[i].n;
    }
    jn_buf_le32(out, offset);
    for (uint32_t i = 0; i < program->n_string; i++)
        jn_buf_str(out, program->string[i]);
}

static void image_put_table(const struct jn_program *program, enum image_table table, struct jn_buf *out) {
    uint32_t n = image_count(program, table);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t f = 0; f < image_record[table].n_field; f++)
            jn_buf_le32(out, image_row(program, table, i)[f]);
}

/* Appends one section's content and its directory entry. */
static void image_put_section(const struct jn_program *program, uint32_t section, struct jn_buf *content,
                              struct jn_buf *directory, size_t base) {
    size_t start = content->n;
    const char *tag = section == 0 ? IMAGE_TAG_STRINGS : section == 1 ? IMAGE_TAG_CODE : image_record[section - 2].tag;
    if (section == 0)
        image_put_strings(program, content);
    else if (section == 1)
        jn_buf_add(content, program->code, program->n_code);
    else
        image_put_table(program, (enum image_table)(section - 2), content);
    struct jn_str bytes = content->failed ? JN_STR_NONE : (struct jn_str){content->p + start, content->n - start};
    jn_buf_add(directory, tag, 4);
    jn_buf_le32(directory, IMAGE_CRITICAL);
    jn_buf_le64(directory, base + start);
    jn_buf_le64(directory, bytes.n);
    jn_buf_le32(directory, jn_crc32c(0, bytes));
    jn_buf_le32(directory, 0);
    image_pad(content);
}

jn_rc jn_image_encode(struct jn_program *program, struct jn_buf *out, struct jn_err *err) {
    const uint32_t n_section = 2 + IMAGE_TABLES;
    struct jn_buf content, directory;
    jn_buf_init(&content, JN_IMAGE_MAX);
    jn_buf_init(&directory, JN_IMAGE_MAX);
    for (uint32_t i = 0; i < n_section; i++)
        image_put_section(program, i, &content, &directory, IMAGE_HEADER + n_section * IMAGE_ENTRY);
    struct jn_buf body;
    jn_buf_init(&body, JN_IMAGE_MAX);
    jn_buf_str(&body, jn_buf_view(&directory));
    jn_buf_str(&body, jn_buf_view(&content));
    bool too_large = content.failed || body.failed;
    if (!too_large) {
        struct jn_sha256 id;
        jn_sha256(jn_buf_view(&body), &id);
        memcpy(program->id, id.b, sizeof(program->id));
        image_put_header(program->id, n_section, jn_buf_view(&directory), IMAGE_HEADER + body.n, out);
        jn_buf_str(out, jn_buf_view(&body));
        too_large = out->failed;
    }
    jn_buf_release(&body);
    jn_buf_release(&directory);
    jn_buf_release(&content);
    if (too_large) return jn_fail(err, JN_TOO_LARGE, "the program is larger than %u MiB", JN_IMAGE_MAX >> 20);
    return JN_OK;
}

void image_put_header(const uint8_t id[32], uint32_t n_section, struct jn_str directory, size_t length,
                      struct jn_buf *out) {
    struct jn_buf header;
    jn_buf_init(&header, IMAGE_HEADER);
    jn_buf_add(&header, IMAGE_MAGIC, 8);
    jn_buf_le16(&header, JN_IMAGE_MAJOR);
    jn_buf_le16(&header, JN_IMAGE_MINOR);
    jn_buf_le32(&header, 0);
    jn_buf_le64(&header, length);
    jn_buf_le32(&header, n_section);
    jn_buf_add(&header, id, 32);
    jn_buf_le64(&header, 0);
    jn_buf_le64(&header, 0);
    uint32_t crc = jn_crc32c(jn_crc32c(0, jn_buf_view(&header)), directory);
    jn_buf_str(out, jn_buf_view(&header));
    jn_buf_le32(out, crc);
    jn_buf_release(&header);
}
