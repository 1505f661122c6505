/* Lines, levels and comments. */
#include "compiler/format/format.h"

#include "compiler/format/printer.h"
#include "compiler/syntax/words.h"

#define INDENT "  "

struct jn_str jc_written(const struct jc_printer *printer, struct jc_span span) {
    return jn_str_sub(printer->source, span.offset, span.end - span.offset);
}

/* A node's span may include the line end behind it. */
uint32_t jc_last_line(const struct jc_printer *printer, const struct jc_node *node) {
    struct jc_span span = node->span;
    bool past = span.end > span.offset && (span.end > printer->source.n || printer->source.p[span.end - 1] == '\n');
    return past && span.end_line > span.line ? span.end_line - 1 : span.end_line;
}

static void print_indent(struct jc_printer *printer) {
    for (unsigned i = 0; i < printer->level; i++)
        jc_print_z(printer, INDENT);
}

static void keep_empty_line(struct jc_printer *printer, uint32_t line) {
    if (!printer->block_start && line > printer->last + 1) jn_buf_char(printer->out, '\n');
    printer->block_start = false;
}

static void print_comment(struct jc_printer *printer) {
    keep_empty_line(printer, printer->comment->span.line);
    print_indent(printer);
    jn_buf_str(printer->out, printer->comment->text);
    jn_buf_char(printer->out, '\n');
    printer->last = printer->comment->span.line;
    printer->comment = printer->comment->next;
}

void jc_comments_before(struct jc_printer *printer, uint32_t line) {
    while (printer->comment != NULL && printer->comment->span.line < line)
        print_comment(printer);
}

void jc_line_begin(struct jc_printer *printer, uint32_t line) {
    jc_comments_before(printer, line);
    keep_empty_line(printer, line);
    print_indent(printer);
    jc_words_line(printer, line);
}

void jc_line_end(struct jc_printer *printer, uint32_t line) {
    const struct jc_comment *comment = printer->comment;
    if (comment != NULL && comment->trailing && comment->span.line <= line) {
        jc_print_z(printer, INDENT);
        jn_buf_str(printer->out, comment->text);
        printer->comment = comment->next;
    }
    jn_buf_char(printer->out, '\n');
    printer->last = line;
}

void jc_block_begin(struct jc_printer *printer) {
    printer->level++;
    printer->block_start = true;
}

void jc_line_close(struct jc_printer *printer, const char *word, uint32_t line) {
    jc_comments_before(printer, line);
    printer->block_start = false;
    printer->level--;
    print_indent(printer);
    jc_words_line(printer, line);
    jc_print_z(printer, word);
}

/* Only a source with characters beyond ASCII can hold words that are not English. */
static jn_rc find_words(struct jc_printer *printer, struct jn_err *err) {
    struct jc_written *written = NULL;
    bool beyond = false;
    for (size_t i = 0; i < printer->source.n && !beyond; i++)
        beyond = ((unsigned char)printer->source.p[i] & 0x80) != 0;
    if (printer->set == JC_SET_ENGLISH || (printer->set == JC_SET_KEPT && !beyond)) return JN_OK;
    printer->words = jc_words_new(printer->arena);
    if (printer->set == JC_SET_CHINESE) return JN_OK;
    jn_rc rc = jc_words_written(printer->arena, printer->source, &written, &printer->n_written, err);
    printer->written = written;
    return rc;
}

jn_rc jc_format(struct jn_arena *arena, const struct jc_tree *tree, struct jn_str source, enum jc_set set,
                struct jn_buf *out, struct jn_err *err) {
    struct jc_printer printer = {
        .arena = arena, .set = set, .source = source, .out = out, .comment = tree->comments, .block_start = true};
    jn_rc rc = find_words(&printer, err);
    if (rc != JN_OK) return rc;
    jc_print_file(&printer, tree->file);
    jc_comments_before(&printer, UINT32_MAX);
    if (printer.bad) return jn_fail(err, JN_INVALID, "the source has mistakes; only a source without any is formatted");
    if (out->failed) return jn_fail(err, JN_TOO_LARGE, "the formatted source is over %zu bytes", out->max);
    return JN_OK;
}

jn_rc jc_format_source(struct jn_arena *arena, struct jc_diags *diags, uint32_t source_index, enum jc_set set,
                       struct jn_buf *out, struct jn_err *err) {
    struct jc_tree tree;
    uint32_t before = diags->n_error;
    jn_rc rc = jc_parse(arena, diags, source_index, &tree, err);
    if (rc != JN_OK) return rc;
    if (diags->n_error != before)
        return jn_fail(err, JN_INVALID, "the source has mistakes; only a source without any is formatted");
    return jc_format(arena, &tree, diags->source[source_index].text, set, out, err);
}
