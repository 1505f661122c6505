/* A test's table: its columns stand below one another. */
#include "compiler/format/printer.h"

#include "compiler/syntax/parser.h"
#include "core/utf8.h"

static unsigned table_width(const struct jc_printer *printer, const struct jc_node *cell) {
    struct jc_printer trial = *printer; /* what it notes of words is thrown away */
    struct jn_buf out;
    unsigned width = 0;
    jn_buf_init(&out, JC_LIMIT_TOKEN_BYTES * 2);
    trial.out = &out;
    jc_words_line(&trial, cell->span.line);
    jc_print_expr(&trial, cell);
    struct jn_str text = jn_buf_view(&out);
    for (size_t at = 0; at < text.n;)
        width += (unsigned)jn_utf8_width(jn_utf8_next(text, &at));
    jn_buf_release(&out);
    return width;
}

static unsigned *table_widths(const struct jc_printer *printer, const struct jc_node *table) {
    uint32_t n = 0;
    for (const struct jc_node *row = table->first; row != NULL; row = row->next) {
        uint32_t cells = 0;
        for (const struct jc_node *cell = row->first; cell != NULL; cell = cell->next)
            cells++;
        if (cells > n) n = cells;
    }
    unsigned *width = JN_NEW_ARRAY(printer->arena, unsigned, (size_t)n + 1);
    for (const struct jc_node *row = table->first; row != NULL; row = row->next) {
        uint32_t i = 0;
        for (const struct jc_node *cell = row->first; cell != NULL; cell = cell->next, i++) {
            unsigned cells = table_width(printer, cell);
            if (cells > width[i]) width[i] = cells;
        }
    }
    return width;
}

void jc_print_rows(struct jc_printer *printer, const struct jc_node *table) {
    const unsigned *width = table_widths(printer, table);
    for (const struct jc_node *row = table->first; row != NULL; row = row->next) {
        uint32_t i = 0;
        jc_line_begin(printer, row->span.line);
        for (const struct jc_node *cell = row->first; cell != NULL; cell = cell->next, i++) {
            unsigned blanks = width[i] - table_width(printer, cell);
            jc_print_expr(printer, cell);
            if (cell->next == NULL) continue;
            jc_print_z(printer, ", ");
            while (blanks-- > 0)
                jn_buf_char(printer->out, ' ');
        }
        jc_line_end(printer, row->span.line);
    }
}
