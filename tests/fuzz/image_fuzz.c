/* Any bytes as an image: refused with a reason, or safe to disassemble and to run. The first byte says whether the
 * checksums are made right, so that the verifier itself is reached. */
#include <stdint.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/hash.h"
#include "image/file.h"
#include "image/image.h"
#include "runtime/vm/vm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_le(char *at, uint64_t v, int n) {
    for (int i = 0; i < n; i++)
        at[i] = (char)(v >> (8 * i));
}

/* Lengths, checksums and the id, as an honest writer would have them. */
static void repair(char *image, size_t n) {
    if (n < IMAGE_HEADER) return;
    memcpy(image, IMAGE_MAGIC, 8);
    put_le(image + 8, JN_IMAGE_MAJOR, 2);
    put_le(image + 10, JN_IMAGE_MINOR, 2);
    put_le(image + 12, 0, 4);
    put_le(image + 16, n, 8);
    uint32_t sections = (uint8_t)image[24];
    put_le(image + 24, sections, 4);
    memset(image + 60, 0, 16);
    if (IMAGE_HEADER + (size_t)sections * IMAGE_ENTRY > n) return;
    for (uint32_t i = 0; i < sections; i++) {
        char *entry = image + IMAGE_HEADER + (size_t)i * IMAGE_ENTRY;
        struct jn_reader in;
        jn_reader_init(&in, (struct jn_str){entry, IMAGE_ENTRY});
        jn_read_bytes(&in, 8);
        uint64_t offset = jn_read_le64(&in), length = jn_read_le64(&in);
        if (offset > n || length > n - offset) return;
        put_le(entry + 24, jn_crc32c(0, (struct jn_str){image + offset, (size_t)length}), 4);
    }
    struct jn_sha256 id;
    jn_sha256((struct jn_str){image + IMAGE_HEADER, n - IMAGE_HEADER}, &id);
    memcpy(image + 28, id.b, 32);
    uint32_t crc = jn_crc32c(0, (struct jn_str){image, IMAGE_HEADER - 4});
    put_le(image + IMAGE_HEADER - 4, jn_crc32c(crc, (struct jn_str){image + IMAGE_HEADER, (size_t)sections * IMAGE_ENTRY}), 4);
}

static void run_all(struct jn_program *program, struct jn_arena *arena) {
    struct jn_buf out;
    struct jn_value value;
    struct jr_context context = {.program = program, .scratch = arena};
    for (uint32_t i = 0; i < program->n_expr && i < 1000; i++)
        jr_vm_eval(&context, i, &value, NULL);
    jn_buf_init(&out, 1u << 24);
    jn_image_disassemble(program, &out);
    jn_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jn_arena arena;
    struct jn_program *program;
    struct jn_err err = {.text = ""};
    if (size < 1) return 0;
    char *image = jn_alloc(size);
    memcpy(image, data + 1, size - 1);
    if ((data[0] & 1) != 0) repair(image, size - 1);
    jn_arena_init(&arena);
    if (jn_image_load((struct jn_str){image, size - 1}, &arena, &program, &err) == JN_OK)
        run_all(program, &arena);
    else
        JN_CHECK(err.text[0] != '\0');
    jn_arena_release(&arena);
    free(image);
    return 0;
}
