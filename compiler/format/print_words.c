/* Which of the two sets a word is written in. The printers name words in English only; here each is found again in the
 * source, or turned into Chinese. */
#include "compiler/format/printer.h"
#include "compiler/syntax/words.h"

void jc_words_line(struct jc_printer *printer, uint32_t line) {
    printer->line = line;
    while (printer->at_written < printer->n_written && printer->written[printer->at_written].line < line)
        printer->at_written++;
}

void jc_words_pass(struct jc_printer *printer, struct jc_span span) {
    while (printer->at_written < printer->n_written && printer->written[printer->at_written].span.offset < span.end)
        printer->at_written++;
}

/* The next word of the line that gives this token; else any of the line: the formatter may have sorted them. */
static const struct jc_written *written_for(struct jc_printer *printer, int token) {
    uint32_t first = printer->at_written;
    for (uint32_t i = first; i < printer->n_written && printer->written[i].line == printer->line; i++) {
        if (printer->written[i].token[0] != token) continue;
        printer->at_written = i + 1;
        return &printer->written[i];
    }
    while (first > 0 && printer->written[first - 1].line == printer->line)
        if (printer->written[--first].token[0] == token) return &printer->written[first];
    return NULL;
}

static bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

static size_t word_length(struct jn_str s) {
    size_t n = 0;
    while (n < s.n && (is_letter(s.p[n]) || (n > 0 && (s.p[n] == '-' || (s.p[n] >= '0' && s.p[n] <= '9')))))
        n++;
    return n;
}

static const struct jc_word *phrase_at(struct jn_str english) {
    const struct jc_word *row;
    for (uint32_t i = 0; (row = jc_word_row(i)) != NULL; i++) {
        if (!row->phrase || !jn_str_starts(english, row->en)) continue;
        if (english.n == row->en.n || !is_letter(english.p[row->en.n])) return row;
    }
    return NULL;
}

/* As in the source; what a text breaks over lines is no word, so blanks are all there is between two. */
static void print_as_written(struct jc_printer *printer, const struct jc_written *written) {
    struct jn_str text = jc_written(printer, written->span);
    bool gap = false;
    for (size_t i = 0; i < text.n; i++) {
        bool blank = text.p[i] == ' ' || text.p[i] == '\t';
        if (!blank && gap) jn_buf_char(printer->out, ' ');
        if (!blank) jn_buf_char(printer->out, text.p[i]);
        gap = blank;
    }
    printer->chinese = ((unsigned char)text.p[0] & 0x80) != 0;
}

/* Prints the word or phrase that `english` begins with; returns how much of it that was. */
static size_t print_word(struct jc_printer *printer, struct jn_str english, size_t n) {
    const struct jc_word *phrase = phrase_at(english);
    const struct jc_word *word = jc_word_find(printer->words, jn_str_sub(english, 0, n));
    const struct jc_word *row = phrase != NULL ? phrase : word;
    const struct jc_written *written = NULL;
    if (printer->set == JC_SET_KEPT && row != NULL) {
        if (phrase != NULL && phrase->token[1] != 0) row = word; /* written as one or as two */
        written = written_for(printer, row->token[0]);
        if (written != NULL && written->token[1] != 0 && phrase != NULL) row = phrase;
        if (written == NULL && printer->chinese && phrase != NULL) row = phrase;
    }
    bool chinese = row != NULL && row->zh.n > 0 && (printer->set == JC_SET_CHINESE || printer->chinese);
    size_t used = row != NULL && row == phrase ? phrase->en.n : n;
    if (written != NULL)
        print_as_written(printer, written);
    else
        jn_buf_str(printer->out, chinese ? row->zh : jn_str_sub(english, 0, used));
    return used;
}

void jc_print_words(struct jc_printer *printer, struct jn_str english) {
    if (printer->words == NULL) {
        jn_buf_str(printer->out, english);
        return;
    }
    while (english.n > 0) {
        size_t n = word_length(english);
        if (n == 0) {
            jn_buf_char(printer->out, english.p[0]);
            n = 1;
        } else {
            n = print_word(printer, english, n);
        }
        english = jn_str_sub(english, n, english.n);
    }
}

void jc_print_z(struct jc_printer *printer, const char *z) {
    jc_print_words(printer, jn_str_z(z));
}

void jc_print_name(struct jc_printer *printer, const struct jc_node *node) {
    bool quoted = jn_str_starts(jc_written(printer, node->text_span), JN_STR("`"));
    jn_buf_printf(printer->out, quoted ? "`%.*s`" : "%.*s", JN_FMT(node->text));
    jc_words_pass(printer, node->text_span);
}

void jc_print_builtin(struct jc_printer *printer, const struct jc_node *node) {
    struct jn_str written = jc_written(printer, node->text_span);
    const struct jc_builtin *row = jc_builtin_find(node->text);
    if (row == NULL || jn_str_starts(written, JN_STR("`"))) {
        jc_print_name(printer, node);
        return;
    }
    jn_buf_str(printer->out, printer->set == JC_SET_KEPT      ? written
                             : printer->set == JC_SET_CHINESE ? row->zh
                                                              : row->en);
    jc_words_pass(printer, node->text_span);
}

/* `1 day`, `2 days`, `2 天`, whatever was written. */
void jc_print_duration(struct jc_printer *printer, struct jn_str written) {
    size_t n = strspn(written.p, "0123456789_."), at = n + strspn(written.p + n, " \t");
    struct jn_str number = jn_str_sub(written, 0, n), word = jn_str_sub(written, at, written.n);
    const struct jc_unit_word *unit = jc_unit_word(word);
    bool was_chinese = ((unsigned char)word.p[0] & 0x80) != 0;
    if (printer->set == JC_SET_CHINESE || (printer->set == JC_SET_KEPT && was_chinese))
        jn_buf_printf(printer->out, "%.*s %.*s", JN_FMT(number), JN_FMT(unit->zh));
    else
        jn_buf_printf(printer->out, "%.*s %.*s%s", JN_FMT(number), JN_FMT(unit->en), jn_str_is(number, "1") ? "" : "s");
}
